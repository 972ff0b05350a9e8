using System.Collections.Concurrent;
using AppProxy.Gateway.SignIn.HandOff;

namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>Keeps sessions in this process, for one gateway without a store: after a restart people sign in once more, mostly unseen.</summary>
internal sealed class VolatileSessions : ISessionStorage
{
    private readonly ConcurrentDictionary<Guid, SessionTicket> _tickets = new();
    private readonly ConcurrentDictionary<TokenHash, (Guid Session, string Host)> _tokens = new();
    private readonly ConcurrentDictionary<TokenHash, HandOffCode> _codes = new();
    private readonly ConcurrentDictionary<Guid, KeptRequest> _kept = new();

    public bool IsShared => false;

    public Task AddAsync(SessionTicket ticket, CancellationToken cancellationToken) => UpdateAsync(ticket, cancellationToken);

    public Task UpdateAsync(SessionTicket ticket, CancellationToken cancellationToken)
    {
        _tickets[ticket.Id] = ticket;
        return Task.CompletedTask;
    }

    public Task<SessionTicket?> FindAsync(Guid id, CancellationToken cancellationToken) => Task.FromResult(_tickets.GetValueOrDefault(id));

    public Task<IReadOnlyList<SessionTicket>> FindAllAsync(string subject, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SessionTicket>>([.. _tickets.Values.Where(ticket => ticket.EndedAt is null && ticket.User.Subject == subject)]);

    public Task AddTokenAsync(TokenHash token, Guid session, string host, CancellationToken cancellationToken)
    {
        _tokens[token] = (session, host);
        return Task.CompletedTask;
    }

    public Task<(SessionTicket Ticket, string Host)?> FindTokenAsync(TokenHash token, CancellationToken cancellationToken) =>
        Task.FromResult(_tokens.TryGetValue(token, out var known) && _tickets.TryGetValue(known.Session, out var ticket) ? (ticket, known.Host) : ((SessionTicket, string)?)null);

    public Task TouchAsync(IReadOnlyCollection<(Guid Session, DateTimeOffset LastSeenAt)> seen, CancellationToken cancellationToken)
    {
        foreach (var (session, lastSeenAt) in seen)
        {
            if (_tickets.TryGetValue(session, out var ticket))
            {
                _tickets.TryUpdate(session, ticket with { LastSeenAt = lastSeenAt }, ticket);
            }
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<Guid>> EndAsync(SessionSelector which, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ended = new List<Guid>();
        foreach (var (id, ticket) in _tickets)
        {
            if (ticket.EndedAt is null && which.Matches(ticket))
            {
                _tickets[id] = ticket with { EndedAt = now };
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

    public Task AddKeptAsync(KeptRequest request, CancellationToken cancellationToken)
    {
        _kept[request.Id] = request;
        return Task.CompletedTask;
    }

    public Task<KeptRequest?> TakeKeptAsync(Guid id, CancellationToken cancellationToken) => Task.FromResult(_kept.TryRemove(id, out var taken) ? taken : null);

    public Task PurgeAsync(DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var (id, ticket) in _tickets)
        {
            if (ticket.ExpiresAt < before || ticket.EndedAt < before)
            {
                _tickets.TryRemove(id, out _);
            }
        }

        foreach (var (token, (session, _)) in _tokens)
        {
            if (!_tickets.ContainsKey(session))
            {
                _tokens.TryRemove(token, out _);
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
}
