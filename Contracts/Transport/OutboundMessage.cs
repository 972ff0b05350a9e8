namespace AppProxy.Contracts.Transport;

/// <summary>A message on its way to a queue.</summary>
/// <remarks>
/// Derive from it to keep what belongs to the message beside it. The bytes are those of <see cref="Buffer"/>, whose reference the
/// creator holds until <see cref="Completed"/>; a transport that needs the bytes for longer retains the buffer.
/// </remarks>
public abstract class OutboundMessage
{
    /// <summary>Owner of <see cref="Body"/>.</summary>
    public abstract PooledBuffer Buffer { get; }

    /// <summary>The body: whole frames, in one piece.</summary>
    public abstract ReadOnlyMemory<byte> Body { get; }

    /// <summary>Session (AMQP group-id) on a queue with sessions; else null.</summary>
    public abstract string? SessionId { get; }

    /// <summary>How long the broker may keep the message; <see cref="TimeSpan.Zero"/> leaves it to the queue.</summary>
    public virtual TimeSpan TimeToLive => TimeSpan.Zero;

    /// <summary>Told once how the send ended: null when the broker has the message. Must return quickly and not throw.</summary>
    public abstract void Completed(TransportException? failure);
}
