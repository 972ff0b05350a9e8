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
    public override DateTimeOffset EnqueuedTime => new(EnqueuedUtcTicks, TimeSpan.Zero);

    /// <summary>Position in the queue, from 1.</summary>
    public long SequenceNumber { get; internal set; }

    /// <inheritdoc/>
    public override int DeliveryCount => FailedDeliveries;

    /// <summary>Names this delivery's lock; empty in receive-and-delete. The AMQP delivery tag.</summary>
    public Guid LockToken => Queue?.TokenOf(this) ?? Guid.Empty;

    /// <summary>End of the lock, by the broker's clock; that of the session where there is one.</summary>
    public DateTimeOffset LockedUntil => Queue?.LockedUntilOf(this) ?? default;

    /// <summary>Set on messages of a dead-letter queue.</summary>
    public DeadLetterInfo? DeadLetter { get; private init; }

    /// <summary>Free for the sink (the AMQP front end keeps its delivery-id here); the engine never looks at it.</summary>
    public uint DeliveryId { get; set; }

    /// <summary>Bytes the limits count.</summary>
    internal int Size => Math.Max(Body.Length, EncodedBareMessage.Length) + Overhead;

    // What follows belongs to the queue and changes under its lock only.
    internal MessageQueue? Queue { get; set; }

    internal MessageSession? Session { get; set; }

    /// <summary>Who has it locked.</summary>
    internal QueueConsumer? Consumer { get; set; }

    internal BrokerMessage? Next { get; set; }

    internal BrokerMessage? Previous { get; set; }

    /// <summary>The next in its consumer's outbox, which it is in beside the list of locked messages.</summary>
    internal BrokerMessage? NextInOutbox { get; set; }

    internal long EnqueuedUtcTicks { get; set; }

    internal long ExpiresAt { get; set; } = long.MaxValue;

    internal long LockExpiresAt { get; set; }

    internal long LockNumber { get; set; }

    internal int LockSlot { get; set; }

    internal int HeapIndex { get; set; } = -1;

    internal int FailedDeliveries { get; set; }

    internal MessageState State { get; set; }

    /// <summary>Whether the sink has seen this object.</summary>
    internal bool Handed { get; set; }

    /// <inheritdoc/>
    public override void Settle(Settlement settlement) => TrySettle(settlement);

    /// <summary>As <see cref="Settle"/>; false when the lock is lost or the message settled already (message-lock-lost).</summary>
    public bool TrySettle(Settlement settlement, DeadLetterInfo? deadLetter = null) =>
        Queue?.TrySettle(this, settlement, deadLetter) ?? throw new InvalidOperationException("The message was not delivered.");

    /// <inheritdoc/>
    public override void Release() => Buffer.Release();

    /// <summary>The same message for its next delivery; takes over this object's reference.</summary>
    internal BrokerMessage ForRedelivery(int failedDeliveries) => new(Buffer, Body)
    {
        EncodedBareMessage = EncodedBareMessage,
        SessionId = SessionId,
        TimeToLive = TimeToLive,
        DeadLetter = DeadLetter,
        Queue = Queue,
        Session = Session,
        SequenceNumber = SequenceNumber,
        EnqueuedUtcTicks = EnqueuedUtcTicks,
        ExpiresAt = ExpiresAt,
        FailedDeliveries = failedDeliveries,
    };

    /// <summary>The same message on its way to a dead-letter queue; takes over this object's reference. Nothing expires there.</summary>
    internal BrokerMessage ForDeadLetterQueue(DeadLetterInfo info) => new(Buffer, Body)
    {
        EncodedBareMessage = EncodedBareMessage,
        SessionId = SessionId,
        TimeToLive = TimeToLive,
        DeadLetter = info,
        EnqueuedUtcTicks = EnqueuedUtcTicks,
        FailedDeliveries = FailedDeliveries,
    };
}
