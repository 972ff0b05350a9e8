namespace AppProxy.Contracts.Transport;

/// <summary>A delivered message. Reference counted: whoever keeps a slice of <see cref="Body"/> retains <see cref="Buffer"/>.</summary>
public abstract class InboundMessage
{
    /// <summary>Owner of the bytes in <see cref="Body"/>. The message itself holds one reference until <see cref="Release"/>.</summary>
    public abstract PooledBuffer Buffer { get; }

    /// <summary>The body in one piece; valid until <see cref="Release"/>, or while <see cref="Buffer"/> is retained.</summary>
    public abstract ReadOnlyMemory<byte> Body { get; }

    /// <summary>When the broker took the message, by the broker's clock.</summary>
    public abstract DateTimeOffset EnqueuedTime { get; }

    /// <summary>How many times it was delivered and came back before.</summary>
    public abstract int DeliveryCount { get; }

    /// <summary>
    /// Settles a peek-locked message; without effect in receive-and-delete, after a first call, and when the lock is lost:
    /// then the broker delivers the message again, which the relay's claims make harmless.
    /// </summary>
    public abstract void Settle(Settlement settlement);

    /// <summary>Gives back the handler's reference. Does not settle.</summary>
    public abstract void Release();
}

/// <summary>What becomes of a peek-locked message (Azure Service Bus' words).</summary>
public enum Settlement
{
    /// <summary>Done; the message is removed.</summary>
    Complete,

    /// <summary>Back to the queue, its delivery count raised.</summary>
    Abandon,

    /// <summary>To the dead-letter queue.</summary>
    DeadLetter,
}
