namespace AppProxy.Gateway.Broker.Queues;

internal sealed partial class SessionWatch
{
    [LoggerMessage(EventId = 2111, Level = LogLevel.Error, Message = "A session observer threw.")]
    private static partial void LogObserverFailed(ILogger logger, Exception exception);
}
