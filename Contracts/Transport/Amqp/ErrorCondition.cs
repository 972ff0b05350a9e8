namespace AppProxy.Contracts.Transport.Amqp;

/// <summary>Error conditions of AMQP 1.0 (part 2, section 2.8) and of Azure Service Bus.</summary>
internal static class ErrorCondition
{
    public const string InternalError = "amqp:internal-error";
    public const string NotFound = "amqp:not-found";
    public const string UnauthorizedAccess = "amqp:unauthorized-access";
    public const string DecodeError = "amqp:decode-error";
    public const string ResourceLimitExceeded = "amqp:resource-limit-exceeded";
    public const string NotAllowed = "amqp:not-allowed";
    public const string InvalidField = "amqp:invalid-field";
    public const string NotImplemented = "amqp:not-implemented";
    public const string IllegalState = "amqp:illegal-state";
    public const string ConnectionForced = "amqp:connection:forced";
    public const string FramingError = "amqp:connection:framing-error";
    public const string WindowViolation = "amqp:session:window-violation";
    public const string ErrantLink = "amqp:session:errant-link";
    public const string HandleInUse = "amqp:session:handle-in-use";
    public const string UnattachedHandle = "amqp:session:unattached-handle";
    public const string DetachForced = "amqp:link:detach-forced";
    public const string TransferLimitExceeded = "amqp:link:transfer-limit-exceeded";
    public const string MessageSizeExceeded = "amqp:link:message-size-exceeded";
    public const string Stolen = "amqp:link:stolen";

    public const string Timeout = "com.microsoft:timeout";
    public const string ServerBusy = "com.microsoft:server-busy";
    public const string EntityDisabled = "com.microsoft:entity-disabled";
    public const string ArgumentError = "com.microsoft:argument-error";
    public const string ArgumentOutOfRange = "com.microsoft:argument-out-of-range";
    public const string AuthorizationFailed = "com.microsoft:auth-failed";
    public const string MessageLockLost = "com.microsoft:message-lock-lost";
    public const string SessionLockLost = "com.microsoft:session-lock-lost";
    public const string SessionCannotBeLocked = "com.microsoft:session-cannot-be-locked";
    public const string OperationCancelled = "com.microsoft:operation-cancelled";
    public const string DeadLetter = "com.microsoft:dead-letter";

    /// <summary>The transport's word for a condition (the classes of facts section 14).</summary>
    public static TransportFailure ToFailure(string? condition) => condition switch
    {
        NotFound => TransportFailure.EntityNotFound,
        UnauthorizedAccess or AuthorizationFailed => TransportFailure.Unauthorized,
        ResourceLimitExceeded => TransportFailure.QuotaExceeded,
        NotAllowed or EntityDisabled or ArgumentError or ArgumentOutOfRange or NotImplemented => TransportFailure.NotAllowed,
        MessageSizeExceeded => TransportFailure.MessageTooLarge,
        Timeout => TransportFailure.Timeout,
        ServerBusy => TransportFailure.ServerBusy,
        SessionCannotBeLocked => TransportFailure.SessionCannotBeLocked,
        SessionLockLost => TransportFailure.SessionLockLost,
        DetachForced or OperationCancelled or Stolen or InternalError => TransportFailure.Detached,
        ConnectionForced => TransportFailure.ConnectionLost,
        _ => TransportFailure.Protocol,
    };
}
