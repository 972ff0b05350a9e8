namespace AppProxy.Gateway.Broker.Amqp;

internal sealed partial class BrokerConnection
{
    [LoggerMessage(EventId = 2211, Level = LogLevel.Debug, Message = "Connection of {Peer} opened by {ContainerId}.")]
    private static partial void LogOpened(ILogger logger, string peer, string containerId);

    [LoggerMessage(EventId = 2212, Level = LogLevel.Debug, Message = "Connection of {Peer} closed: {Condition} {Description}")]
    private static partial void LogClosed(ILogger logger, string peer, string? condition, string? description);

    [LoggerMessage(EventId = 2213, Level = LogLevel.Debug, Message = "Connection of {Peer} turned away: wrong credentials or another protocol.")]
    private static partial void LogTurnedAway(ILogger logger, string peer);

    [LoggerMessage(EventId = 2214, Level = LogLevel.Debug, Message = "Handshake of {Peer} failed: {Reason}")]
    private static partial void LogHandshakeFailed(ILogger logger, string peer, string reason);

    [LoggerMessage(EventId = 2215, Level = LogLevel.Debug, Message = "A link of {Peer} to {Entity} was detached: its token has expired.")]
    private static partial void LogTokenExpired(ILogger logger, string peer, string entity);

    [LoggerMessage(EventId = 2216, Level = LogLevel.Debug, Message = "Connection of {Peer} has not proved any right in time.")]
    private static partial void LogUnauthorized(ILogger logger, string peer);

    [LoggerMessage(EventId = 2217, Level = LogLevel.Error, Message = "Connection of {Peer} was ended by a fault of the broker.")]
    private static partial void LogFault(ILogger logger, Exception exception, string peer);
}
