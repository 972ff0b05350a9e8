using System.Collections.Concurrent;
using AppProxy.Gateway.SignIn.HandOff;

namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>Keeps sessions in this process, for one gateway without a store: after a restart people sign in once more, mostly unseen.</summary>
internal sealed class VolatileSessions : ISessionStorage
{
    private readonly ConcurrentDictionary<Guid, Kept> _sessions = new();
    private readonly ConcurrentDictionary<TokenHash, HandOffCode> _codes = new();
    private readonly ConcurrentDictionary<Guid, KeptRequest> _kept = new();

    public bool IsShared => false;

    public Task AddAsync(SessionTicket ticket, CancellationToken cancellationToken) => UpdateAsync(ticket, cancellationToken);

    public Task UpdateAsync(SessionTicket ticket, CancellationToken cancellationToken)
    {
        _sessions[ticket.Id] = new Kept(ticket);
        return Task.CompletedTask;
    }

    public Task<SessionTicket?> FindAsync(Guid id, CancellationToken cancellationToken) => Task.FromResult(_sessions.GetValueOrDefault(id)?.ToTicket(id));

    public Task<IReadOnlyList<SessionTicket>> FindAllAsync(string subject, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SessionTicket>>([.. _sessions.Where(session => !session.Value.IsEnded && session.Value.User.Subject == subject).Select(static session => session.Value.ToTicket(session.Key))]);

    /// <summary>The registry has them, and nobody else is to learn of them.</summary>
    public Task AddTokenAsync(TokenHash token, Guid session, string host, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<(SessionTicket Ticket, string Host)?> FindTokenAsync(TokenHash token, CancellationToken cancellationToken) => Task.FromResult<(SessionTicket, string)?>(null);

    public Task TouchAsync(IReadOnlyCollection<(Guid Session, DateTimeOffset LastSeenAt)> seen, CancellationToken cancellationToken)
    {
        foreach (var (id, lastSeenAt) in seen)
        {
            if (_sessions.TryGetValue(id, out var session))
            {
                session.LastSeenAt = lastSeenAt;
            }
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Guid>> EndAsync(SessionSelector which, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ended = new List<Guid>();
        foreach (var (id, session) in _sessions)
        {
            if (which.Matches(id, session.User.Subject, session.ProviderSessionId) && session.TryEnd(now))
            {
                ended.Add(id);
            }
        }

        return Task.FromResult<IReadOnlyList<Guid>>(ended);
    }

    public Task<IReadOnlyList<Guid>> FindEndedAsync(DateTimeOffset since, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Guid>>([]);

    public Task AddCodeAsync(TokenHash code, HandOffCode what, CancellationToken cancellationToken)
    {
        _codes[code] = what;
        return Task.CompletedTask;
    }

    public Task<HandOffCode?> TakeCodeAsync(TokenHash code, CancellationToken cancellationToken) => Task.FromResult(_codes.TryRemove(code, out var taken) ? taken : null);

    public Task AddKeptAsync(KeptRequest request, int most, CancellationToken cancellationToken)
    {
        _kept[request.Id] = request;
        foreach (var (id, _) in _kept.Where(kept => kept.Value.Subject == request.Subject).OrderByDescending(static kept => kept.Value.ExpiresAt).Skip(most))
        {
            _kept.TryRemove(id, out _);
        }

        return Task.CompletedTask;
    }

    public Task<KeptRequest?> TakeKeptAsync(Guid id, CancellationToken cancellationToken) => Task.FromResult(_kept.TryRemove(id, out var taken) ? taken : null);

    public Task PurgeAsync(DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var (id, session) in _sessions)
        {
            if (session.IsOverBefore(before))
            {
                _sessions.TryRemove(id, out _);
            }
        }

        foreach (var (code, what) in _codes)
        {
            if (what.ExpiresAt < now)
            {
                _codes.TryRemove(code, out _);
            }
        }

        foreach (var (id, request) in _kept)
        {
            if (request.ExpiresAt < now)
            {
                _kept.TryRemove(id, out _);
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>A ticket in little room: times as ticks, the ID token compressed; what is asked for rarely is made when it is.</summary>
    private sealed class Kept(SessionTicket ticket)
    {
        private readonly SessionClient? _client = ticket.Client;
        private readonly byte[]? _idToken = ticket.IdToken is { } token ? CompactToken.Pack(token) : null;
        private readonly long _authenticatedAt = ticket.AuthenticatedAt.UtcTicks;
        private readonly long _expiresAt = ticket.ExpiresAt.UtcTicks;
        private long _lastSeenAt = ticket.LastSeenAt.UtcTicks;

        /// <summary>0 while it has not ended.</summary>
        private long _endedAt = ticket.EndedAt?.UtcTicks ?? 0;

        public SignedInUser User { get; } = ticket.User;

        public string? ProviderSessionId { get; } = ticket.ProviderSessionId;

        public bool IsEnded => Volatile.Read(ref _endedAt) != 0;

        public DateTimeOffset LastSeenAt
        {
            set => Volatile.Write(ref _lastSeenAt, value.UtcTicks);
        }

        public bool TryEnd(DateTimeOffset now) => Interlocked.CompareExchange(ref _endedAt, now.UtcTicks, 0) == 0;

        public bool IsOverBefore(DateTimeOffset when) => _expiresAt < when.UtcTicks || (IsEnded && Volatile.Read(ref _endedAt) < when.UtcTicks);

        public SessionTicket ToTicket(Guid id) => new()
        {
            Id = id,
            User = User,
            AuthenticatedAt = new DateTimeOffset(_authenticatedAt, TimeSpan.Zero),
            ExpiresAt = new DateTimeOffset(_expiresAt, TimeSpan.Zero),
            LastSeenAt = new DateTimeOffset(Volatile.Read(ref _lastSeenAt), TimeSpan.Zero),
            EndedAt = IsEnded ? new DateTimeOffset(Volatile.Read(ref _endedAt), TimeSpan.Zero) : null,
            Client = _client,
            ProviderSessionId = ProviderSessionId,
            IdToken = _idToken is null ? null : CompactToken.Unpack(_idToken),
        };
    }
}
