namespace AppProxy.Gateway.Broker.Queues;

internal sealed partial class MessageQueue
{
    [LoggerMessage(EventId = 2101, Level = LogLevel.Error, Message = "A receiver of queue {Queue} threw; it is detached.")]
    private static partial void LogSinkFailed(ILogger logger, Exception exception, string queue);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Warning, Message = "Message {SequenceNumber} of queue {Queue} failed {Count} times and is dead-lettered.")]
    private static partial void LogMaxDeliveryCountExceeded(ILogger logger, string queue, long sequenceNumber, int count);
}
