using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Broker.Queues;

/// <summary>
/// A message in a queue, and at the same time one delivery of it: when it comes back (abandoned, lock lost) the queue goes on with a new
/// object over the same bytes, so an old holder can neither settle nor disturb the next delivery. That saves an object for each delivery.
/// </summary>
/// <remarks>
/// Owns one reference to <see cref="Buffer"/>, taken over from whoever made it. The queue keeps that one until the message is gone
/// for good; each delivery hands the sink a reference of its own (in receive-and-delete the queue's own).
/// </remarks>
internal sealed class BrokerMessage : InboundMessage
{
    /// <summary>Bytes counted for a message beside its body: this object and its place in the queue, so that empty messages are bounded too.</summary>
    public const int Overhead = 256;

    public BrokerMessage(PooledBuffer buffer, ReadOnlyMemory<byte> body)
    {
        Buffer = buffer;
        Body = body;
    }

    /// <inheritdoc/>
    public override PooledBuffer Buffer { get; }

    /// <summary>Content of the AMQP data section.</summary>
    public override ReadOnlyMemory<byte> Body { get; }

    /// <summary>The AMQP sections from properties on, as they came over the wire; empty when sent in process.</summary>
    public ReadOnlyMemory<byte> EncodedBareMessage { get; init; }

    /// <summary>AMQP group-id; null without a session.</summary>
    public string? SessionId { get; init; }

    /// <summary>What the sender asked for; zero leaves it to the queue.</summary>
    public TimeSpan TimeToLive { get; init; }

    /// <inheritdoc/>
    public override DateTimeOffset EnqueuedTime => throw new NotImplementedException();

    /// <summary>Position in the queue, from 1.</summary>
    public long SequenceNumber => throw new NotImplementedException();

    /// <inheritdoc/>
    public override int DeliveryCount => throw new NotImplementedException();

    /// <summary>Names this delivery's lock; empty in receive-and-delete. The AMQP delivery tag.</summary>
    public Guid LockToken => throw new NotImplementedException();

    /// <summary>End of the lock, by the broker's clock; that of the session where there is one.</summary>
    public DateTimeOffset LockedUntil => throw new NotImplementedException();

    /// <summary>Set on messages of a dead-letter queue.</summary>
    public DeadLetterInfo? DeadLetter => throw new NotImplementedException();

    /// <summary>Free for the sink (the AMQP front end keeps its delivery-id here); the engine never looks at it.</summary>
    public uint DeliveryId { get; set; }

    /// <inheritdoc/>
    public override void Settle(Settlement settlement) => TrySettle(settlement);

    /// <summary>As <see cref="Settle"/>; false when the lock is lost or the message settled already (message-lock-lost).</summary>
    public bool TrySettle(Settlement settlement, DeadLetterInfo? deadLetter = null) => throw new NotImplementedException();

    /// <inheritdoc/>
    public override void Release() => Buffer.Release();
}
