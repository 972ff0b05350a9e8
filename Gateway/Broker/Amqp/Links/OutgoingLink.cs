using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Amqp.Messages;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;

namespace AppProxy.Gateway.Broker.Amqp.Links;

/// <summary>A client receives from a queue, or from one of its sessions.</summary>
internal sealed class OutgoingLink : SendingLink, IAuthorizedLink, IDeliverySink
{
    private readonly BrokerConnection _owner;
    private readonly Lock _gate = new();
    private MessageQueue? _queue;
    private QueueConsumer? _consumer;
    private TransportException? _lostEarly;
    private uint? _earlyLimit;
    private bool _earlyDrain;
    private bool _isOver;
    private bool _hasQueued;
    private int _pauseUpdates;
    private int _drainsDue;
    private uint _drainedCredit;

    public OutgoingLink(BrokerConnection owner, AmqpSession session, Attach attach, string? path)
        : base(session, attach.Name)
    {
        _owner = owner;
        Entity = path ?? "";
        IsPreSettled = attach.SenderSettleMode == SenderSettleMode.Settled;
    }

    public string Entity { get; }

    public EntityClaims Claim => EntityClaims.Listen;

    // The queue gives only what the client's credit allows.
    private protected override bool MindsCredit => false;

    public override void OnPeerAttached(Attach attach)
    {
        if (Check() is { } error)
        {
            Refuse(attach, error);
            return;
        }

        var hasFilter = TryReadSession(attach, out var sessionId);
        var options = new ConsumerOptions
        {
            Mode = IsPreSettled ? ReceiveMode.ReceiveAndDelete : ReceiveMode.PeekLock,
            SessionId = sessionId,
            KeepSessionLock = attach.Properties?[Dialect.KeepSessionLock].Integer is 1,
        };
        if (hasFilter && sessionId is null)
        {
            // Its end is the answer, which it gives itself; the connection's end cancels it.
            _ = AttachNextSessionAsync(attach, options);
            return;
        }

        try
        {
            OnAttached(attach, options, _queue!.Attach(options, this));
        }
        catch (TransportException refusal)
        {
            Refuse(attach, Errors.From(refusal));
        }
    }

    public void Detach(AmqpError error) => Close(error);

    /// <inheritdoc/>
    public void Deliver(BrokerMessage message)
    {
        if (!Send(message))
        {
            // The link is over; its consumer gives back what was locked.
            message.Release();
        }
        else if (Volatile.Read(ref _hasQueued))
        {
            UpdatePause();
        }
    }

    /// <inheritdoc/>
    public void Drained(int unusedCredit)
    {
        lock (Connection.Gate)
        {
            if (Available == 0)
            {
                UseUp((uint)unusedCredit);
            }
            else
            {
                _drainsDue++;
                _drainedCredit += (uint)unusedCredit;
            }
        }

        Connection.FlushSoon();
    }

    /// <inheritdoc/>
    public void Evict(TransportException reason) => _owner.Abort(Errors.From(reason));

    /// <inheritdoc/>
    public void Detached(TransportException? reason)
    {
        if (reason is null)
        {
            return;
        }

        lock (_gate)
        {
            if (_consumer is null)
            {
                _lostEarly = reason;
                return;
            }
        }

        Close(Errors.From(reason));
    }

    internal override DeliveryState OnOutcome(object message, in DeliveryState state)
    {
        var delivery = (BrokerMessage)message;
        var settled = state.Outcome switch
        {
            DeliveryOutcome.Accepted => delivery.TrySettle(Settlement.Complete),
            DeliveryOutcome.Rejected => delivery.TrySettle(Settlement.DeadLetter, ReadReason(state.Error)),
            _ => delivery.TrySettle(Settlement.Abandon),
        };

        // .NET takes rejected with an error for a failure, so the answer to a dead-letter is the bare outcome.
        return settled
            ? state with { Error = null }
            : DeliveryState.Rejected(new AmqpError(
                delivery.SessionId is not null && _queue!.Options.RequiresSession ? ErrorCondition.SessionLockLost : ErrorCondition.MessageLockLost,
                "The lock is lost, or the message was settled already."));
    }

    protected override void OnCredit(uint limit, bool drain)
    {
        QueueConsumer consumer;
        lock (_gate)
        {
            if (_consumer is null)
            {
                _earlyLimit = limit;
                _earlyDrain = drain;
                return;
            }

            consumer = _consumer;
        }

        consumer.SetDeliveryLimit(limit);
        if (drain)
        {
            consumer.Drain();
        }
    }

    protected override ReadOnlyMemory<byte> GetBody(object message, out PooledBuffer? owner)
    {
        var delivery = (BrokerMessage)message;
        owner = delivery.Buffer;
        return delivery.EncodedBareMessage.IsEmpty ? delivery.Body : delivery.EncodedBareMessage;
    }

    // header: durable, priority, ttl, first-acquirer, delivery-count · message-annotations · then what the sender wrote, untouched
    protected override void WriteHead(object message, ref AmqpWriter writer)
    {
        var delivery = (BrokerMessage)message;
        var header = writer.BeginShortList(Descriptor.Header);
        writer.WriteNull();
        writer.WriteNull();
        if (delivery.TimeToLive > TimeSpan.Zero)
        {
            writer.WriteUInt((uint)Math.Min(delivery.TimeToLive.TotalMilliseconds, uint.MaxValue));
        }
        else
        {
            writer.WriteNull();
        }

        writer.WriteNull();
        writer.WriteUInt((uint)delivery.DeliveryCount);
        writer.EndShortList(header, 5);

        var annotations = writer.BeginMap(Descriptor.MessageAnnotations);
        var count = 4;
        writer.WriteSymbol("x-opt-enqueued-time"u8);
        writer.WriteTimestamp(delivery.EnqueuedTime.ToUnixTimeMilliseconds());
        writer.WriteSymbol("x-opt-sequence-number"u8);
        writer.WriteLong(delivery.SequenceNumber);
        if (!IsPreSettled)
        {
            writer.WriteSymbol("x-opt-locked-until"u8);
            writer.WriteTimestamp(delivery.LockedUntil.ToUnixTimeMilliseconds());
            count += 2;
        }

        if (delivery.DeadLetter?.Source is { } source)
        {
            writer.WriteSymbol("x-opt-deadletter-source"u8);
            writer.WriteString(source);
            count += 2;
        }

        writer.EndCompound(annotations, count);
        if (!delivery.EncodedBareMessage.IsEmpty)
        {
            return;
        }

        if (delivery.SessionId is { } sessionId)
        {
            MessageWriter.WriteGroupId(ref writer, sessionId);
        }

        writer.WriteDataHead(delivery.Body.Length);
    }

    /// <summary>The lock token, in .NET's byte order; what is settled already needs no name.</summary>
    protected override int WriteTag(object message, uint deliveryId, Span<byte> tag)
    {
        if (IsPreSettled)
        {
            return base.WriteTag(message, deliveryId, tag);
        }

        ((BrokerMessage)message).LockToken.TryWriteBytes(tag, bigEndian: false, out var length);
        return length;
    }

    protected override void OnWritten(object message) => ((BrokerMessage)message).Release();

    protected override void OnLost(object message, bool written, AmqpError? error)
    {
        if (!written)
        {
            ((BrokerMessage)message).Release();
        }
    }

    private protected override void OnQueued() => _hasQueued = true;

    private protected override void OnEmptied()
    {
        _hasQueued = false;
        for (; _drainsDue > 0; _drainsDue--)
        {
            UseUp(_drainedCredit);
            _drainedCredit = 0;
        }
    }

    protected override void OnResumed() => UpdatePause();

    protected override void OnEnded(AmqpError? error)
    {
        QueueConsumer? consumer;
        lock (_gate)
        {
            _isOver = true;
            consumer = _consumer;
        }

        _owner.Remove(this);
        if (consumer is null)
        {
            return;
        }

        if (error?.Condition == ErrorCondition.ConnectionForced && !Connection.IsClosedInOrder)
        {
            consumer.Abort(new TransportException(TransportFailure.ConnectionLost, "The connection is lost."));
        }
        else
        {
            consumer.Close();
        }
    }

    private async Task AttachNextSessionAsync(Attach attach, ConsumerOptions options)
    {
        var limit = _owner.Broker.Options.SessionWaitTimeout;
        if (attach.Properties?[Dialect.Timeout].Integer is { } milliseconds and > 0 && milliseconds < limit.TotalMilliseconds)
        {
            limit = TimeSpan.FromMilliseconds(milliseconds);
        }

        try
        {
            OnAttached(attach, options, await _queue!.AttachNextSessionAsync(options, this, limit, _owner.Over));
        }
        catch (TransportException refusal)
        {
            Refuse(attach, Errors.From(refusal));
        }
        catch (OperationCanceledException)
        {
            // The connection is over.
        }
    }

    private void OnAttached(Attach attach, ConsumerOptions options, QueueConsumer consumer)
    {
        uint? limit;
        bool drain, isOver;
        TransportException? lost;
        lock (_gate)
        {
            _consumer = consumer;
            (limit, drain, isOver, lost) = (_earlyLimit, _earlyDrain, _isOver, _lostEarly);
        }

        _owner.Add(this);
        if (isOver || !Accept(Answer(attach, options, consumer)))
        {
            // The client left while the session was waited for.
            _owner.Remove(this);
            consumer.Close();
            return;
        }

        if (lost is not null)
        {
            Close(Errors.From(lost));
        }
        else if (limit is { } credit)
        {
            OnCredit(credit, drain);
        }
    }

    private Attach Answer(Attach attach, ConsumerOptions options, QueueConsumer consumer)
    {
        AmqpMap? properties = null;
        var source = attach.Source!;
        if (consumer.SessionId is { } sessionId)
        {
            source = source with { Filter = new AmqpMap().With(Dialect.SessionFilter, sessionId) };
            properties = new AmqpMap().With(Dialect.LockedUntilUtc, consumer.SessionLockedUntil.UtcTicks);
            if (options.KeepSessionLock)
            {
                properties.With(Dialect.KeepSessionLock, true);
            }
        }

        return new Attach
        {
            Name = Name,
            Handle = 0,
            IsReceiver = false,
            SenderSettleMode = attach.SenderSettleMode,
            ReceiverSettleMode = attach.ReceiverSettleMode,
            Source = source,
            Target = attach.Target ?? new Target(),
            MaxMessageSize = (ulong)_queue!.Options.MaxMessageSizeInBytes,
            Properties = properties,
        };
    }

    private AmqpError? Check()
    {
        if (Entity.Length == 0)
        {
            return new AmqpError(ErrorCondition.InvalidField, "The source has no address.");
        }

        if (!_owner.Authorization.Permits(Entity, Claim))
        {
            return new AmqpError(ErrorCondition.UnauthorizedAccess, $"Listen on {Entity} is required.");
        }

        return _owner.Broker.Engine.TryFind(Entity, out _queue) ? null : Errors.NoSuchEntity(Entity);
    }

    // Pause and Resume reach the queue in the order of the states they mean, whoever calls: one thread at a time tells the newest state,
    // and goes on for as long as others came meanwhile. A lock would be held while the queue delivers to others.
    private void UpdatePause()
    {
        if (Interlocked.Increment(ref _pauseUpdates) != 1)
        {
            return;
        }

        int seen;
        do
        {
            seen = Volatile.Read(ref _pauseUpdates);
            if (_consumer is not { } consumer)
            {
                continue;
            }

            bool isFull;
            lock (Connection.Gate)
            {
                isFull = Available > 0;
            }

            if (isFull)
            {
                consumer.Pause();
            }
            else
            {
                consumer.Resume();
            }
        }
        while (Interlocked.Add(ref _pauseUpdates, -seen) != 0);
    }

    // The session filter: a bare string or null (.NET, JavaScript), or either of them described (Go).
    private static bool TryReadSession(Attach attach, out string? sessionId)
    {
        sessionId = null;
        if (attach.Source?.Filter is not { } filter || !filter.TryGet(Dialect.SessionFilter, out var value))
        {
            return false;
        }

        sessionId = value.Undescribed.Text;
        return true;
    }

    private static DeadLetterInfo? ReadReason(AmqpError? error)
    {
        const int MaxLength = 4_096;
        var reason = error?.Info?["DeadLetterReason"].Text;
        var description = error?.Info?["DeadLetterErrorDescription"].Text;
        return reason is null && description is null ? null : new DeadLetterInfo(Cut(reason), Cut(description));

        static string? Cut(string? text) => text is { Length: > MaxLength } ? text[..MaxLength] : text;
    }
}
