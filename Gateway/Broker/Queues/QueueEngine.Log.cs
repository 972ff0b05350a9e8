namespace AppProxy.Gateway.Broker.Queues;

internal sealed partial class QueueEngine
{
    [LoggerMessage(EventId = 2001, Level = LogLevel.Debug, Message = "Queue {Queue} created.")]
    private static partial void LogCreated(ILogger logger, string queue);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Debug, Message = "Queue {Queue} deleted.")]
    private static partial void LogDeleted(ILogger logger, string queue);
}
