using AppProxy.Gateway.SignIn.HandOff;

namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>Where sessions and what belongs to them are kept: in the store that gateways share, or in this process.</summary>
internal interface ISessionStorage
{
    /// <summary>Whether a session that is not in memory may be in here.</summary>
    bool IsShared { get; }

    Task AddAsync(SessionTicket ticket, CancellationToken cancellationToken);

    /// <summary>Signed in once more, with the same session.</summary>
    Task UpdateAsync(SessionTicket ticket, CancellationToken cancellationToken);

    Task<SessionTicket?> FindAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>A person's sessions that nobody ended, with from where they began.</summary>
    Task<IReadOnlyList<SessionTicket>> FindAllAsync(string subject, CancellationToken cancellationToken);

    /// <summary>Keeps what a browser's cookie for <paramref name="host"/> stands for.</summary>
    Task AddTokenAsync(TokenHash token, Guid session, string host, CancellationToken cancellationToken);

    Task<(SessionTicket Ticket, string Host)?> FindTokenAsync(TokenHash token, CancellationToken cancellationToken);

    /// <summary>Notes when sessions were last used, to the second.</summary>
    Task TouchAsync(IReadOnlyCollection<(Guid Session, DateTimeOffset LastSeenAt)> seen, CancellationToken cancellationToken);

    /// <summary>Ends sessions; those that are over already stay as they are.</summary>
    /// <returns>Those that ended.</returns>
    Task<IReadOnlyList<Guid>> EndAsync(SessionSelector which, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Sessions that anybody ended since.</summary>
    Task<IReadOnlyList<Guid>> FindEndedAsync(DateTimeOffset since, CancellationToken cancellationToken);

    Task AddCodeAsync(TokenHash code, HandOffCode what, CancellationToken cancellationToken);

    /// <summary>Takes a code out: of several who try, one gets it.</summary>
    Task<HandOffCode?> TakeCodeAsync(TokenHash code, CancellationToken cancellationToken);

    /// <summary>Keeps a form; of its person's, the oldest go that are more than <paramref name="most"/>.</summary>
    Task AddKeptAsync(KeptRequest request, int most, CancellationToken cancellationToken);

    Task<KeptRequest?> TakeKeptAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>Removes what was over before, and what expired.</summary>
    Task PurgeAsync(DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken);
}
