using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Broker.Queues;

/// <content>Sessions: who holds which.</content>
internal sealed partial class MessageQueue
{
    private readonly Dictionary<string, MessageSession> _sessions = new(StringComparer.Ordinal);

    // Sessions with messages and without a holder, longest free first.
    private readonly LinkedList<MessageSession> _available = new();

    // Sessions whose lock can run out, in the order in which they do: the lock duration is one for the queue.
    private readonly LinkedList<MessageSession> _sessionLocks = new();

    private readonly LinkedList<SessionWaiter> _waiters = new();

    internal SessionWatch SessionWatch { get; }

    /// <summary>Waits for a session that has messages and no holder, and attaches to it.</summary>
    /// <exception cref="TransportException">Timeout, NotAllowed, EntityNotFound.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing is held.</exception>
    public async ValueTask<QueueConsumer> AttachNextSessionAsync(ConsumerOptions options, IDeliverySink sink, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!Options.RequiresSession || options.SessionId is not null)
        {
            throw new TransportException(TransportFailure.NotAllowed, $"Queue '{Name}' cannot give the next free session to this receiver.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new SessionWaiter(options, sink);
        var after = default(AfterLock);
        lock (_gate)
        {
            ThrowIfEnded();
            _waiters.AddLast(waiter.Node);
            if (_available.First is { } session)
            {
                _available.RemoveFirst();
                OfferSession(session.Value, ref after);
            }
        }

        after.Run(this);
        var timedOut = new TransportException(TransportFailure.Timeout, $"No session of queue '{Name}' had messages in time.");
        await using var timer = _clock.Time.CreateTimer(_ => GiveUp(waiter, timedOut), null, timeout, Timeout.InfiniteTimeSpan);
        await using var registration = cancellationToken.Register(() => GiveUp(waiter, new OperationCanceledException(cancellationToken)));
        return await waiter.Answer;
    }

    /// <summary>Renews a session's lock; false = session-lock-lost.</summary>
    public bool TryRenewSessionLock(string sessionId, out DateTimeOffset lockedUntil)
    {
        lock (_gate)
        {
            if (!_sessions.TryGetValue(sessionId, out var session) || session.Owner is null)
            {
                lockedUntil = default;
                return false;
            }

            if (session.LockNode.List is not null)
            {
                _sessionLocks.Remove(session.LockNode);
                session.LockedUntil = BrokerClock.After(_clock.Now, Options.LockDuration);
                _sessionLocks.AddLast(session.LockNode);
            }

            lockedUntil = LockedUntilOf(session);
            return true;
        }
    }

    /// <summary>State of a session that somebody holds; false = session-lock-lost. Null state = none set.</summary>
    public bool TryGetSessionState(string sessionId, out byte[]? state)
    {
        lock (_gate)
        {
            var isHeld = _sessions.TryGetValue(sessionId, out var session) && session.Owner is not null;
            state = isHeld ? session!.State : null;
            return isHeld;
        }
    }

    /// <summary>Sets or, with null, clears the state of a session that somebody holds. It stays when the session is freed, and counts as part of the queue's size.</summary>
    /// <returns>Null when done; else SessionLockLost, MessageTooLarge or QuotaExceeded.</returns>
    public TransportFailure? SetSessionState(string sessionId, byte[]? state)
    {
        if (state?.Length > Options.MaxMessageSizeInBytes)
        {
            return TransportFailure.MessageTooLarge;
        }

        lock (_gate)
        {
            if (!_sessions.TryGetValue(sessionId, out var session) || session.Owner is null)
            {
                return TransportFailure.SessionLockLost;
            }

            var growth = StateSize(state) - StateSize(session.State);
            if (growth > 0 && (_size + growth > Options.MaxSizeInBytes || !_budget.TryReserve(growth)))
            {
                return TransportFailure.QuotaExceeded;
            }

            if (growth < 0)
            {
                _budget.Release(-growth);
            }

            _size += growth;
            session.State = state;
            return null;
        }
    }

    /// <summary>Tells <paramref name="observer"/> of sessions held and freed, those held now first, in order and under no lock, until disposed.</summary>
    public IDisposable Watch(ISessionObserver observer)
    {
        IDisposable registration;
        lock (_gate)
        {
            ThrowIfEnded();
            registration = SessionWatch.Add(observer, _sessions.Values.Where(session => session.Owner is not null).Select(session => session.Id));
        }

        SessionWatch.Tell();
        return registration;
    }

    /// <summary>Ends all that the holder of a session holds, here and elsewhere.</summary>
    public void Evict(string sessionId, TransportException reason)
    {
        QueueConsumer? holder;
        lock (_gate)
        {
            holder = _sessions.TryGetValue(sessionId, out var session) ? session.Owner : null;
        }

        holder?.Sink.Evict(reason);
    }

    /// <summary>A lock that its holder keeps by being attached is always a whole duration from its end.</summary>
    internal DateTimeOffset LockedUntilOf(MessageSession session)
    {
        var end = session.LockedUntil;
        return _clock.ToUtc(end == long.MaxValue ? BrokerClock.After(_clock.Now, Options.LockDuration) : end);
    }

    private static long StateSize(byte[]? state) => state is null ? 0 : state.Length + BrokerMessage.Overhead;

    private MessageSession GetOrAddSession(string sessionId)
    {
        if (!_sessions.TryGetValue(sessionId, out var session))
        {
            session = new MessageSession(sessionId);
            _sessions.Add(sessionId, session);
        }

        return session;
    }

    private MessageSession GetFreeSession(string sessionId)
    {
        if (sessionId.Length > MaxSessionIdLength)
        {
            throw new TransportException(TransportFailure.NotAllowed, $"A session id has at most {MaxSessionIdLength} characters.");
        }

        var session = GetOrAddSession(sessionId);
        return session.Owner is null
            ? session
            : throw new TransportException(TransportFailure.SessionCannotBeLocked, $"Another receiver holds the session of queue '{Name}'.");
    }

    private void HoldSession(MessageSession session, QueueConsumer consumer, ref AfterLock after)
    {
        if (session.AvailableNode.List is not null)
        {
            _available.Remove(session.AvailableNode);
        }

        session.Owner = consumer;
        session.LockedUntil = long.MaxValue;
        if (!consumer.KeepsSessionLock)
        {
            session.LockedUntil = BrokerClock.After(_clock.Now, Options.LockDuration);
            _sessionLocks.AddLast(session.LockNode);
            after.ArmTimer(session.LockedUntil);
        }

        SessionWatch.Note(session.Id, held: true);
        after.TellObservers();
    }

    private void FreeSession(MessageSession session, ref AfterLock after)
    {
        session.Owner = null;
        if (session.LockNode.List is not null)
        {
            _sessionLocks.Remove(session.LockNode);
        }

        SessionWatch.Note(session.Id, held: false);
        after.TellObservers();
        if (session.Waiting.Count > 0)
        {
            OfferSession(session, ref after);
        }
        else
        {
            ForgetIfUnused(session);
        }
    }

    /// <summary>Gives a session with messages to whoever waits for one, or notes that it is to be had.</summary>
    private void OfferSession(MessageSession session, ref AfterLock after)
    {
        if (_waiters.First is not { } node)
        {
            _available.AddLast(session.AvailableNode);
            return;
        }

        _waiters.RemoveFirst();
        node.Value.Accept(AttachTo(session, node.Value.Options, node.Value.Sink, ref after));
    }

    private void ForgetIfUnused(MessageSession session)
    {
        if (session.AvailableNode.List is not null && session.Waiting.Count == 0)
        {
            _available.Remove(session.AvailableNode);
        }

        if (session.IsUnused)
        {
            _sessions.Remove(session.Id);
        }
    }

    private void ExpireSessionLocks(long now, ref AfterLock after)
    {
        while (_sessionLocks.First?.Value is { } session && session.LockedUntil <= now)
        {
            var reason = new TransportException(TransportFailure.SessionLockLost, $"The lock of the session of queue '{Name}' ran out.");
            EndLocked(session.Owner!, reason, raiseDeliveryCount: true, ref after);
        }
    }

    private void GiveUp(SessionWaiter waiter, Exception reason)
    {
        lock (_gate)
        {
            if (waiter.Node.List is null)
            {
                return;
            }

            _waiters.Remove(waiter.Node);
        }

        waiter.Refuse(reason);
    }

    private void RefuseWaiters(TransportException reason)
    {
        while (_waiters.First is { } node)
        {
            _waiters.RemoveFirst();
            node.Value.Refuse(reason);
        }
    }
}
