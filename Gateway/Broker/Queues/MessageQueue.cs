using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Broker.Queues;

/// <summary>One queue: what comes in, and who gets it.</summary>
/// <remarks>
/// <para>
/// Everything is under one lock, held for list operations only. What has to happen outside of it is noted in an <see cref="AfterLock"/>.
/// Invariant when the lock is given back: where a message waits, nobody who may have it has credit.
/// </para>
/// <para>The other parts: MessageQueue.Credit.cs, MessageQueue.Locks.cs, MessageQueue.Sessions.cs, MessageQueue.Expiry.cs.</para>
/// </remarks>
internal sealed partial class MessageQueue
{
    // Service Bus' limit for a session id.
    private const int MaxSessionIdLength = 128;

    private readonly Lock _gate = new();
    private readonly BrokerClock _clock;
    private readonly MemoryBudget _budget;
    private readonly ILogger _logger;
    private readonly MessageSession _whole = new("");
    private readonly LinkedList<QueueConsumer> _consumers = new();
    private bool _ended;
    private long _lastSequenceNumber;
    private int _count;
    private int _waitingCount;
    private long _size;
    private long _enqueued;
    private long _delivered;
    private long _expired;
    private long _dropped;
    private long _refused;

    internal MessageQueue(QueueOptions options, BrokerClock clock, MemoryBudget budget, ILogger logger)
    {
        Options = options;
        _clock = clock;
        _budget = budget;
        _logger = logger;
        Timer = new ExpiryTimer(clock, Sweep);
        SessionWatch = new SessionWatch(logger);
        if (!options.RequiresSession)
        {
            _sessions.Add(_whole.Id, _whole);
        }

        if (options.DeadLettering)
        {
            DeadLetterQueue = new MessageQueue(DeadLetterOptions(options), clock, budget, logger);
        }
    }

    public QueueOptions Options { get; }

    public string Name => Options.Name;

    /// <summary>Null where there is none, and on a dead-letter queue itself.</summary>
    public MessageQueue? DeadLetterQueue { get; }

    internal ExpiryTimer Timer { get; }

    /// <summary>Takes a message and its reference. When refused, returns why and leaves the reference with the caller.</summary>
    public TransportFailure? Enqueue(BrokerMessage message)
    {
        if ((Check(message) ?? Reserve(message.Size)) is { } refusal)
        {
            Interlocked.Increment(ref _refused);
            return refusal;
        }

        var after = default(AfterLock);
        lock (_gate)
        {
            if (FindRoom(1, message.Size) is { } noRoom)
            {
                _budget.Release(message.Size);
                Interlocked.Increment(ref _refused);
                return noRoom;
            }

            Accept(message, _clock.Now, ref after);
        }

        after.Run(this);
        return null;
    }

    /// <summary>As <see cref="Enqueue(BrokerMessage)"/>, all of them or none.</summary>
    public TransportFailure? Enqueue(ReadOnlySpan<BrokerMessage> messages)
    {
        var size = 0L;
        foreach (var message in messages)
        {
            size += message.Size;
            if (Check(message) is { } wrong)
            {
                Interlocked.Add(ref _refused, messages.Length);
                return wrong;
            }
        }

        if (Reserve(size) is { } refusal)
        {
            Interlocked.Add(ref _refused, messages.Length);
            return refusal;
        }

        var after = default(AfterLock);
        lock (_gate)
        {
            if (FindRoom(messages.Length, size) is { } noRoom)
            {
                _budget.Release(size);
                Interlocked.Add(ref _refused, messages.Length);
                return noRoom;
            }

            var now = _clock.Now;
            foreach (var message in messages)
            {
                Accept(message, now, ref after);
            }
        }

        after.Run(this);
        return null;
    }

    /// <summary>Adds a consumer of the queue, or of the session that <paramref name="options"/> names.</summary>
    /// <exception cref="TransportException">NotAllowed, SessionCannotBeLocked, EntityNotFound (queue deleted).</exception>
    public QueueConsumer Attach(ConsumerOptions options, IDeliverySink sink)
    {
        if (Options.RequiresSession != options.SessionId is not null)
        {
            throw new TransportException(TransportFailure.NotAllowed, Options.RequiresSession
                ? $"Queue '{Name}' requires sessions; the receiver named none."
                : $"Queue '{Name}' has no sessions; the receiver named one.");
        }

        QueueConsumer consumer;
        var after = default(AfterLock);
        lock (_gate)
        {
            ThrowIfEnded();
            consumer = options.SessionId is { } sessionId
                ? AttachTo(GetFreeSession(sessionId), options, sink, ref after)
                : AttachTo(_whole, options, sink, ref after);
        }

        after.Run(this);
        return consumer;
    }

    /// <summary>A snapshot for metrics and the scale signal.</summary>
    public QueueCounts GetCounts()
    {
        var deadLetters = DeadLetterQueue?.GetCounts() ?? default;
        lock (_gate)
        {
            var now = _clock.ToUtc(_clock.Now).Ticks;
            var oldest = now;
            var heldSessions = 0;
            foreach (var session in _sessions.Values)
            {
                oldest = Math.Min(oldest, session.Waiting.First?.EnqueuedUtcTicks ?? now);
                heldSessions += session.Owner is null ? 0 : 1;
            }

            var credit = 0L;
            foreach (var consumer in _consumers)
            {
                credit += consumer.CanTake ? consumer.Credit : 0;
            }

            return new QueueCounts(
                Active: _waitingCount,
                Locked: _count - _waitingCount,
                DeadLettered: deadLetters.Active + deadLetters.Locked,
                SizeInBytes: _size,
                OldestMessageAge: TimeSpan.FromTicks(now - oldest),
                Consumers: _consumers.Count,
                Credit: credit,
                Sessions: Options.RequiresSession ? _sessions.Count : 0,
                HeldSessions: heldSessions,
                Enqueued: _enqueued,
                Delivered: _delivered,
                Expired: _expired,
                Dropped: _dropped + deadLetters.Dropped,
                Refused: Volatile.Read(ref _refused));
        }
    }

    /// <summary>Drops every message and ends every consumer, with what is there for each queue below it.</summary>
    internal void Shutdown(TransportException reason)
    {
        var after = default(AfterLock);
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            RefuseWaiters(reason);
            while (_consumers.First is { } node)
            {
                EndLocked(node.Value, reason, raiseDeliveryCount: false, ref after);
            }

            foreach (var session in _sessions.Values)
            {
                _budget.Release(StateSize(session.State));
                while (session.Waiting.First is { } message)
                {
                    RemoveWaiting(message);
                    Forget(message);
                    message.Release();
                }
            }
        }

        Timer.Dispose();
        after.Run(this);
        DeadLetterQueue?.Shutdown(reason);
    }

    /// <summary>Takes a message over from the queue whose dead-letter queue this is. When full the oldest makes room.</summary>
    internal void EnqueueDeadLetter(BrokerMessage message)
    {
        BrokerMessage? dropped = null;
        var after = default(AfterLock);
        lock (_gate)
        {
            if (_ended || (_count >= Options.MaxMessages && _whole.Waiting.Count == 0))
            {
                dropped = message;
            }
            else
            {
                if (_count >= Options.MaxMessages)
                {
                    dropped = _whole.Waiting.First!;
                    RemoveWaiting(dropped);
                    Forget(dropped);
                }

                _budget.Reserve(message.Size);
                Admit(message);
                message.ExpiresAt = long.MaxValue;
                Offer(message, _clock.Now, ref after);
            }

            if (dropped is not null)
            {
                _dropped++;
            }
        }

        dropped?.Release();
        after.Run(this);
    }

    internal void OnSinkFailed(QueueConsumer consumer, Exception exception)
    {
        LogSinkFailed(_logger, exception, Name);
        consumer.Abort(new TransportException(TransportFailure.Detached, "The receiver failed.", exception));
    }

    private static QueueOptions DeadLetterOptions(QueueOptions options) => new()
    {
        Name = options.Name + QueueEngine.DeadLetterSuffix,
        LockDuration = options.LockDuration,
        MaxMessageSizeInBytes = options.MaxMessageSizeInBytes,
        MaxMessages = options.MaxDeadLetterMessages,
        MaxDeliveryCount = int.MaxValue,
        DeadLettering = false,
    };

    private TransportFailure? Check(BrokerMessage message)
    {
        if (message.Size - BrokerMessage.Overhead > Options.MaxMessageSizeInBytes)
        {
            return TransportFailure.MessageTooLarge;
        }

        return message.SessionId is { } sessionId
            ? sessionId.Length > MaxSessionIdLength ? TransportFailure.NotAllowed : null
            : Options.RequiresSession ? TransportFailure.NotAllowed : null;
    }

    private TransportFailure? Reserve(long size) => _budget.TryReserve(size) ? null : TransportFailure.QuotaExceeded;

    private TransportFailure? FindRoom(int count, long size) =>
        _ended ? TransportFailure.EntityNotFound
        : _count + count > Options.MaxMessages || _size + size > Options.MaxSizeInBytes ? TransportFailure.QuotaExceeded
        : null;

    private void Accept(BrokerMessage message, long now, ref AfterLock after)
    {
        Admit(message);
        message.EnqueuedUtcTicks = _clock.ToUtc(now).Ticks;
        var timeToLive = message.TimeToLive > TimeSpan.Zero && message.TimeToLive < Options.DefaultMessageTimeToLive
            ? message.TimeToLive
            : Options.DefaultMessageTimeToLive;
        message.ExpiresAt = BrokerClock.After(now, timeToLive);
        _enqueued++;
        Offer(message, now, ref after);
    }

    private void Admit(BrokerMessage message)
    {
        message.Queue = this;
        message.Session = Options.RequiresSession ? GetOrAddSession(message.SessionId!) : _whole;
        message.SequenceNumber = ++_lastSequenceNumber;
        _count++;
        _size += message.Size;
    }

    /// <summary>Gives the message to a consumer, or lets it wait. One that finds others waiting has nobody to go to: see the invariant.</summary>
    private void Offer(BrokerMessage message, long now, ref AfterLock after)
    {
        var session = message.Session!;
        if (session.Waiting.Count == 0 && NextConsumer(session) is { } consumer)
        {
            Assign(message, consumer, now, ref after);
            return;
        }

        session.Waiting.AddLast(message);
        StartWaiting(message, ref after);
        if (Options.RequiresSession && session.Owner is null && session.Waiting.Count == 1)
        {
            OfferSession(session, ref after);
        }
    }

    /// <summary>Gives what waits in a session to whoever may have it.</summary>
    private void Dispatch(MessageSession session, ref AfterLock after)
    {
        if (_ended || session.Waiting.Count == 0)
        {
            return;
        }

        var now = _clock.Now;
        while (session.Waiting.First is { } message && NextConsumer(session) is { } consumer)
        {
            RemoveWaiting(message);
            if (message.ExpiresAt <= now)
            {
                Expire(message, ref after);
            }
            else
            {
                Assign(message, consumer, now, ref after);
            }
        }
    }

    private void Assign(BrokerMessage message, QueueConsumer consumer, long now, ref AfterLock after)
    {
        _delivered++;
        TakeCredit(consumer);
        if (consumer.Mode == ReceiveMode.PeekLock)
        {
            message.Buffer.Retain();
            TakeLock(message, consumer, now, ref after);
        }
        else
        {
            Forget(message);
        }

        consumer.Outbox.Deliver(message);
        Schedule(consumer, ref after);
    }

    private static void Schedule(QueueConsumer consumer, ref AfterLock after)
    {
        if (!consumer.IsScheduled)
        {
            consumer.IsScheduled = true;
            after.Call(consumer);
        }
    }

    private void StartWaiting(BrokerMessage message, ref AfterLock after)
    {
        message.State = MessageState.Waiting;
        _waitingCount++;
        if (message.ExpiresAt != long.MaxValue)
        {
            _lives.Add(message);
            after.ArmTimer(message.ExpiresAt);
        }
    }

    private void RemoveWaiting(BrokerMessage message)
    {
        message.Session!.Waiting.Remove(message);
        _waitingCount--;
        if (message.HeapIndex >= 0)
        {
            _lives.Remove(message);
        }
    }

    /// <summary>The message is no longer the queue's; its reference is the caller's to pass on or release.</summary>
    private void Forget(BrokerMessage message)
    {
        message.State = MessageState.Gone;
        _count--;
        _size -= message.Size;
        _budget.Release(message.Size);
    }

    private void ThrowIfEnded()
    {
        if (_ended)
        {
            throw new TransportException(TransportFailure.EntityNotFound, $"Queue '{Name}' is gone.");
        }
    }
}
