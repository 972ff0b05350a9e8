using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>
/// The sessions that this gateway sees, in memory: a request with a known cookie costs one hash and one look-up. What is not here is asked
/// of the storage once; what other gateways end is learned by <see cref="SessionWatch"/>.
/// </summary>
internal sealed class SessionRegistry(ISessionStorage storage, SessionTokens tokens, SignInOptions options, TimeProvider time, NamePool? names = null)
{
    /// <summary>A session that another gateway keeps too is forgotten here after so long without a request.</summary>
    private static readonly TimeSpan Forget = TimeSpan.FromMinutes(15);

    /// <summary>Those that are over are known for so long, so that a form sent too late finds its person.</summary>
    public static readonly TimeSpan Remember = TimeSpan.FromHours(24);

    private readonly ConcurrentDictionary<TokenHash, Known> _tokens = new();
    private readonly ConcurrentDictionary<Guid, Session> _sessions = new();

    /// <summary>Forgotten, and perhaps still held: an exchange that is open and silent has its session for hours, and must end with it.</summary>
    private readonly ConcurrentDictionary<Guid, WeakReference<Session>> _held = new();

    private readonly NamePool _names = names ?? new NamePool();

    public ISessionStorage Storage => storage;

    public IEnumerable<Session> All => _sessions.Select(static session => session.Value);

    /// <summary>The session of a cookie that came to <paramref name="host"/>, over or not, without asking anybody.</summary>
    public bool TryGet(TokenHash token, ReadOnlySpan<char> host, [NotNullWhen(true)] out Session? session)
    {
        session = _tokens.TryGetValue(token, out var entry) && host.Equals(entry.Host, StringComparison.OrdinalIgnoreCase) ? entry.Session : null;
        return session is not null;
    }

    /// <summary>As <see cref="TryGet"/>, and asks the storage for what is not known.</summary>
    public async ValueTask<Session?> FindAsync(string cookie, string host, CancellationToken cancellationToken)
    {
        if (!TokenHash.TryCompute(cookie, out var token))
        {
            return null;
        }

        if (_tokens.TryGetValue(token, out var known))
        {
            return await RefreshAsync(known, host, cancellationToken);
        }

        if (!storage.IsShared || !tokens.IsOurs(cookie, host) || await storage.FindTokenAsync(token, cancellationToken) is not { } found
            || !found.Host.Equals(host, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var session = Know(_names.Share(found.Ticket));
        _tokens[token] = new Known(session, _names.Get(found.Host));
        return session;
    }

    /// <summary>Begins a session.</summary>
    public async Task<Session> BeginAsync(SessionTicket ticket, CancellationToken cancellationToken)
    {
        ticket = _names.Share(ticket);
        await storage.AddAsync(ticket, cancellationToken);
        return Know(ticket);
    }

    /// <summary>
    /// The same person signed in once more. Where the provider does not say when it saw them, what it said before stays, whichever gateway heard it: they
    /// were seen then, and nobody is asked for a password again because another app asked for something else.
    /// </summary>
    public async Task RenewAsync(Session session, SessionTicket ticket, CancellationToken cancellationToken)
    {
        if (ticket.AuthenticatedAt == SignInTime.Unknown)
        {
            ticket = ticket with { AuthenticatedAt = (await ReadAsync(session.Id, cancellationToken) ?? session).AuthenticatedAt };
        }

        ticket = _names.Share(ticket);
        await storage.UpdateAsync(ticket, cancellationToken);
        session.Renew(ticket);
    }

    /// <summary>The session as it is now at whichever gateway changed it last; null when it is gone.</summary>
    public async Task<Session?> ReadAsync(Guid id, CancellationToken cancellationToken)
    {
        if (!storage.IsShared && _sessions.TryGetValue(id, out var here))
        {
            return here;
        }

        return await storage.FindAsync(id, cancellationToken) is { } ticket ? Know(_names.Share(ticket)) : null;
    }

    /// <summary>A cookie for a browser on <paramref name="host"/>.</summary>
    public async Task<string> IssueTokenAsync(Session session, string host, CancellationToken cancellationToken)
    {
        var cookie = tokens.Create(host);
        TokenHash.TryCompute(cookie, out var token);
        await storage.AddTokenAsync(token, session.Id, host, cancellationToken);
        _tokens[token] = new Known(session, _names.Get(host));
        return cookie;
    }

    /// <summary>Ends sessions here at once, and at other gateways within seconds.</summary>
    public async Task<int> EndAsync(SessionSelector which, CancellationToken cancellationToken)
    {
        var ended = await storage.EndAsync(which, time.GetUtcNow(), cancellationToken);
        End(ended);
        return ended.Count;
    }

    /// <summary>Ends here what ended in the storage.</summary>
    public void End(IReadOnlyList<Guid> ended)
    {
        foreach (var id in ended)
        {
            if (_sessions.TryGetValue(id, out var session) || TryGetHeld(id, out session))
            {
                session.End();
            }
        }
    }

    /// <summary>Forgets what nobody needs in memory.</summary>
    public void Trim()
    {
        var now = time.GetUtcNow();
        foreach (var id in _held.Keys)
        {
            // Who was silent may be in use again. The reference stays until its session is gone: End looks here last.
            if (!TryGetHeld(id, out var held) || held.IsOver)
            {
                _held.TryRemove(id, out _);
            }
            else if (now - held.LastSeenAt <= Forget)
            {
                _sessions.TryAdd(id, held);
            }
        }

        foreach (var (id, session) in _sessions)
        {
            var keep = storage.IsShared ? Forget : session.IsEnded ? TimeSpan.FromMinutes(1) : Remember;
            var from = storage.IsShared || session.LastSeenAt + options.IdleTimeout < session.ExpiresAt ? session.LastSeenAt : session.ExpiresAt;
            if (now - from > keep && (storage.IsShared || session.IsOver))
            {
                if (!session.IsOver)
                {
                    _held[id] = new WeakReference<Session>(session);
                }

                _sessions.TryRemove(id, out _);
            }
        }

        foreach (var (token, entry) in _tokens)
        {
            if (!_sessions.ContainsKey(entry.Session.Id))
            {
                _tokens.TryRemove(token, out _);
            }
        }
    }

    /// <summary>Idle here may be busy elsewhere.</summary>
    private async ValueTask<Session?> RefreshAsync(Known known, string host, CancellationToken cancellationToken)
    {
        if (!known.Host.Equals(host, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (storage.IsShared && known.Session is { IsEnded: false, IsExpired: true } && await storage.FindAsync(known.Session.Id, cancellationToken) is { } ticket)
        {
            known.Session.Renew(ticket);
        }

        return known.Session;
    }

    private Session Know(SessionTicket ticket)
    {
        // One for each id, whoever holds it, or an end would miss the other.
        var session = _sessions.GetOrAdd(
            ticket.Id,
            static (id, state) => state.registry.TryGetHeld(id, out var held) ? held : new Session(state.ticket, state.options.IdleTimeout, state.time),
            (registry: this, ticket, options, time));
        session.Renew(ticket);
        return session;
    }

    private bool TryGetHeld(Guid id, [NotNullWhen(true)] out Session? session)
    {
        session = null;
        return _held.TryGetValue(id, out var held) && held.TryGetTarget(out session);
    }

    /// <summary>What a cookie stands for; in the table itself, since there are several for each session.</summary>
    private readonly record struct Known(Session Session, string Host);
}
