namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>One sign-in in this gateway's memory: what each request needs of it, and nothing else.</summary>
internal sealed class Session : ICaller
{
    private readonly Guid _id;
    private readonly TimeSpan _idleTimeout;
    private readonly TimeProvider _time;
    private Identity _identity;
    private long _lastSeen;
    private long _savedLastSeen;
    private volatile bool _isEnded;

    public Session(SessionTicket ticket, TimeSpan idleTimeout, TimeProvider time)
    {
        _id = ticket.Id;
        _idleTimeout = idleTimeout;
        _time = time;
        _identity = new Identity(ticket);
        _lastSeen = ticket.LastSeenAt.UtcTicks;
        _savedLastSeen = _lastSeen;
        _isEnded = ticket.EndedAt is not null;
    }

    public Guid Id => _id;

    public SignedInUser User => Volatile.Read(ref _identity).User;

    public DateTimeOffset AuthenticatedAt => new(Volatile.Read(ref _identity).AuthenticatedAt, TimeSpan.Zero);

    public DateTimeOffset ExpiresAt => new(Volatile.Read(ref _identity).ExpiresAt, TimeSpan.Zero);

    public DateTimeOffset LastSeenAt => new(Volatile.Read(ref _lastSeen), TimeSpan.Zero);

    /// <summary>Whether somebody ended it: signed out, revoked.</summary>
    public bool IsEnded => _isEnded;

    /// <summary>Whether it ended of itself, of age or for want of requests.</summary>
    public bool IsExpired => IsExpiredAt(_time.GetUtcNow());

    /// <inheritdoc/>
    public bool IsBrowser => true;

    /// <inheritdoc/>
    public bool IsOver => _isEnded || IsExpired;

    public bool IsExpiredAt(DateTimeOffset now) => IsExpiredAt(now.UtcTicks);

    /// <summary>A request came: unless the session is over, it goes on. One look at the clock.</summary>
    /// <returns>Whether it does.</returns>
    public bool TryTouch()
    {
        var now = _time.GetUtcNow().UtcTicks;
        if (_isEnded || IsExpiredAt(now))
        {
            return false;
        }

        Volatile.Write(ref _lastSeen, now);
        return true;
    }

    /// <summary>A request came.</summary>
    public void Touch() => Volatile.Write(ref _lastSeen, _time.GetUtcNow().UtcTicks);

    /// <inheritdoc/>
    public void Using() => Touch();

    public void End() => _isEnded = true;

    /// <summary>Whoever uses it signed in once more, or was seen at another gateway.</summary>
    public void Renew(SessionTicket ticket)
    {
        Volatile.Write(ref _identity, new Identity(ticket));
        if (ticket.LastSeenAt.UtcTicks > Volatile.Read(ref _lastSeen))
        {
            Volatile.Write(ref _lastSeen, ticket.LastSeenAt.UtcTicks);
        }

        _isEnded |= ticket.EndedAt is not null;
    }

    private bool IsExpiredAt(long now) => now >= Volatile.Read(ref _identity).ExpiresAt || now - Volatile.Read(ref _lastSeen) >= _idleTimeout.Ticks;

    /// <summary>The time of the last request, if it has moved by more than <paramref name="step"/> since it was saved.</summary>
    public bool TryTakeUnsaved(TimeSpan step, out DateTimeOffset lastSeen)
    {
        var seen = Volatile.Read(ref _lastSeen);
        lastSeen = new DateTimeOffset(seen, TimeSpan.Zero);
        if (seen - _savedLastSeen <= step.Ticks)
        {
            return false;
        }

        _savedLastSeen = seen;
        return true;
    }

    /// <summary>What belongs together. Ticks: a time with its offset takes twice as much.</summary>
    private sealed class Identity(SessionTicket ticket)
    {
        public readonly SignedInUser User = ticket.User;
        public readonly long AuthenticatedAt = ticket.AuthenticatedAt.UtcTicks;
        public readonly long ExpiresAt = ticket.ExpiresAt.UtcTicks;
    }
}
