namespace AppProxy.Contracts.Transport;

/// <summary>The broker refused something, or is gone.</summary>
public sealed class TransportException : Exception
{
    /// <summary>Creates one.</summary>
    public TransportException(TransportFailure failure, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Failure = failure;
    }

    /// <summary>What went wrong.</summary>
    public TransportFailure Failure { get; }

    /// <summary>Whether the same call may succeed later without anybody changing anything.</summary>
    public bool IsTransient => Failure is TransportFailure.ConnectionLost or TransportFailure.Detached or TransportFailure.ServerBusy
        or TransportFailure.Timeout or TransportFailure.SessionCannotBeLocked or TransportFailure.SessionLockLost or TransportFailure.QuotaExceeded;
}

/// <summary>Closed list of what a transport may report. Conditions in brackets are those of Azure Service Bus.</summary>
public enum TransportFailure
{
    /// <summary>The connection broke, or could not be made. What was sent and not yet answered may or may not have arrived.</summary>
    ConnectionLost,

    /// <summary>The broker took the link away, to be opened again (amqp:link:detach-forced).</summary>
    Detached,

    /// <summary>No answer in time (com.microsoft:timeout).</summary>
    Timeout,

    /// <summary>The broker asks to come back later (com.microsoft:server-busy).</summary>
    ServerBusy,

    /// <summary>The queue is full (amqp:resource-limit-exceeded).</summary>
    QuotaExceeded,

    /// <summary>No such queue (amqp:not-found).</summary>
    EntityNotFound,

    /// <summary>Not signed in, or no right to this queue (amqp:unauthorized-access).</summary>
    Unauthorized,

    /// <summary>Another receiver holds the session (com.microsoft:session-cannot-be-locked).</summary>
    SessionCannotBeLocked,

    /// <summary>The session is held no longer (com.microsoft:session-lock-lost).</summary>
    SessionLockLost,

    /// <summary>The message is larger than the queue takes (amqp:link:message-size-exceeded).</summary>
    MessageTooLarge,

    /// <summary>Not possible on this queue, such as a session where there are none (amqp:not-allowed).</summary>
    NotAllowed,

    /// <summary>The other side broke the protocol, or gave an error outside this list.</summary>
    Protocol,
}
