using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Gateway.Broker.Amqp;

/// <summary>The queue engine's refusals in AMQP's words; the inverse of what a client reads out of them.</summary>
internal static class Errors
{
    public static AmqpError From(TransportFailure failure, string description) => new(ToCondition(failure), description);

    /// <summary>In the service's own words: the JavaScript client tells a missing entity from a lost server by them.</summary>
    public static AmqpError NoSuchEntity(string path) => new(ErrorCondition.NotFound, $"The messaging entity '{path}' could not be found.");

    public static AmqpError From(TransportException exception) => From(exception.Failure, exception.Message);

    private static string ToCondition(TransportFailure failure) => failure switch
    {
        TransportFailure.ConnectionLost => ErrorCondition.ConnectionForced,
        TransportFailure.Detached => ErrorCondition.DetachForced,
        TransportFailure.Timeout => ErrorCondition.Timeout,
        TransportFailure.ServerBusy => ErrorCondition.ServerBusy,
        TransportFailure.QuotaExceeded => ErrorCondition.ResourceLimitExceeded,
        TransportFailure.EntityNotFound => ErrorCondition.NotFound,
        TransportFailure.Unauthorized => ErrorCondition.UnauthorizedAccess,
        TransportFailure.SessionCannotBeLocked => ErrorCondition.SessionCannotBeLocked,
        TransportFailure.SessionLockLost => ErrorCondition.SessionLockLost,
        TransportFailure.MessageTooLarge => ErrorCondition.MessageSizeExceeded,
        TransportFailure.NotAllowed => ErrorCondition.NotAllowed,
        _ => ErrorCondition.InternalError,
    };
}
