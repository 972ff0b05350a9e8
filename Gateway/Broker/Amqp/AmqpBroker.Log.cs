namespace AppProxy.Gateway.Broker.Amqp;

internal sealed partial class AmqpBroker
{
    [LoggerMessage(EventId = 2201, Level = LogLevel.Warning, Message = "Connection of {Peer} refused: there are {Limit} already, or the broker is stopping.")]
    private static partial void LogRefused(ILogger logger, string peer, int limit);
}
