using System.Globalization;
using System.Security.Cryptography;
using AppProxy.Gateway.SignIn.HandOff;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.SignIn.Storage;

/// <summary>Keeps sessions in the store, for every gateway that uses it.</summary>
internal sealed class StoredSessions(StoreConnection connection, IDataProtectionProvider protection) : ISessionStorage
{
    private const char Separator = '\n';

    /// <summary>Ids in one statement, each of which is a parameter.</summary>
    private const int MostAtOnce = 500;

    private readonly IDataProtector _idTokens = protection.CreateProtector("AppProxy.SignIn.CompactIdToken");
    private readonly IDataProtector _kept = protection.CreateProtector("AppProxy.SignIn.KeptRequest");

    public bool IsShared => true;

    public Task AddAsync(SessionTicket ticket, CancellationToken cancellationToken) => AddRowsAsync(
        cancellationToken,
        new SessionRow
        {
            Id = Text(ticket.Id),
            Subject = ticket.User.Subject,
            ProviderSessionId = ticket.ProviderSessionId,
            User = UserColumn.Write(ticket.User),
            IdToken = Protect(ticket.IdToken),
            AuthenticatedAt = ticket.AuthenticatedAt.ToUnixTimeMilliseconds(),
            LastSeenAt = ticket.LastSeenAt.ToUnixTimeMilliseconds(),
            ExpiresAt = ticket.ExpiresAt.ToUnixTimeMilliseconds(),
        },
        new SessionClientRow { SessionId = Text(ticket.Id), Address = ticket.Client?.Address, UserAgent = ticket.Client?.UserAgent });

    public Task<IReadOnlyList<SessionTicket>> FindAllAsync(string subject, CancellationToken cancellationToken) => connection.UseAsync<IReadOnlyList<SessionTicket>>(async context =>
    {
        var rows = await context.Set<SessionRow>().AsNoTracking().Where(row => row.Subject == subject && row.EndedAt == null).ToListAsync(cancellationToken);
        var clients = await context.Set<SessionRow>().Where(row => row.Subject == subject && row.EndedAt == null)
            .Join(context.Set<SessionClientRow>().AsNoTracking(), static row => row.Id, static client => client.SessionId, static (_, client) => client)
            .ToDictionaryAsync(static client => client.SessionId, cancellationToken);
        return [.. rows.Select(row => Read(row) with { Client = clients.GetValueOrDefault(row.Id) is { } client ? new SessionClient(client.Address, client.UserAgent) : null })];
    });

    /// <summary>For operators, who know a person by id or user principal name: the sessions that go on, the newest first, whether or not the provider says when they signed in. Reads every session.</summary>
    public Task<IReadOnlyList<SessionTicket>> FindOfAsync(string name, DateTimeOffset now, CancellationToken cancellationToken) => connection.UseAsync<IReadOnlyList<SessionTicket>>(async context =>
    {
        var at = now.ToUnixTimeMilliseconds();
        var found = new List<SessionTicket>();
        await foreach (var row in context.Set<SessionRow>().AsNoTracking().Where(row => row.EndedAt == null && row.ExpiresAt > at)
            .OrderByDescending(static row => row.ExpiresAt).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (UserColumn.Read(row.User).IsCalled(name))
            {
                found.Add(Read(row));
            }
        }

        return found;
    });

    public Task UpdateAsync(SessionTicket ticket, CancellationToken cancellationToken) => connection.UseAsync(context =>
    {
        var id = Text(ticket.Id);
        var user = UserColumn.Write(ticket.User);
        var idToken = Protect(ticket.IdToken);
        var (authenticated, seen, expires) = (ticket.AuthenticatedAt.ToUnixTimeMilliseconds(), ticket.LastSeenAt.ToUnixTimeMilliseconds(), ticket.ExpiresAt.ToUnixTimeMilliseconds());
        return context.Set<SessionRow>().Where(row => row.Id == id).ExecuteUpdateAsync(
            row => row.SetProperty(static session => session.User, user)
                .SetProperty(static session => session.IdToken, idToken)
                .SetProperty(static session => session.ProviderSessionId, ticket.ProviderSessionId)
                .SetProperty(static session => session.AuthenticatedAt, authenticated)
                .SetProperty(static session => session.LastSeenAt, seen)
                .SetProperty(static session => session.ExpiresAt, expires),
            cancellationToken);
    });

    public Task<SessionTicket?> FindAsync(Guid id, CancellationToken cancellationToken) => connection.UseAsync(async context =>
    {
        var text = Text(id);
        return await context.Set<SessionRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == text, cancellationToken) is { } row ? Read(row) : null;
    });

    public Task AddTokenAsync(TokenHash token, Guid session, string host, CancellationToken cancellationToken) =>
        AddRowAsync(new SessionTokenRow { Hash = token.ToString(), SessionId = Text(session), Host = host }, cancellationToken);

    public Task<(SessionTicket Ticket, string Host)?> FindTokenAsync(TokenHash token, CancellationToken cancellationToken) => connection.UseAsync(async context =>
    {
        var hash = token.ToString();
        var found = await context.Set<SessionTokenRow>().AsNoTracking().Where(row => row.Hash == hash)
            .Join(context.Set<SessionRow>().AsNoTracking(), static row => row.SessionId, static session => session.Id, static (row, session) => new { row.Host, Session = session })
            .SingleOrDefaultAsync(cancellationToken);
        return found is null ? ((SessionTicket, string)?)null : (Read(found.Session), found.Host);
    });

    public Task TouchAsync(IReadOnlyCollection<(Guid Session, DateTimeOffset LastSeenAt)> seen, CancellationToken cancellationToken) => connection.UseAsync(async context =>
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        await LockAsync(context, [.. seen.Select(static use => Text(use.Session))], cancellationToken);
        foreach (var together in seen.GroupBy(static use => use.LastSeenAt.ToUnixTimeSeconds()))
        {
            foreach (var ids in together.Select(static use => Text(use.Session)).Chunk(MostAtOnce))
            {
                var at = together.Key * 1000;
                await context.Set<SessionRow>().Where(row => ids.Contains(row.Id) && row.LastSeenAt < at)
                    .ExecuteUpdateAsync(row => row.SetProperty(static session => session.LastSeenAt, at), cancellationToken);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    });

    public Task<IReadOnlyList<Guid>> EndAsync(SessionSelector which, DateTimeOffset now, CancellationToken cancellationToken)
        => connection.UseAsync(async context =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            var ended = await EndAsync(context, which, now, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return ended;
        });

    /// <summary>The same together with what else <paramref name="context"/> saves: by its connection, and in its transaction, soon before it commits.</summary>
    public static async Task<IReadOnlyList<Guid>> EndAsync(StoreContext context, SessionSelector which, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var sessions = context.Set<SessionRow>().Where(static row => row.EndedAt == null);
        if (which.Id is { } one)
        {
            var id = Text(one);
            sessions = sessions.Where(row => row.Id == id);
        }

        if (which.Subject is { } subject)
        {
            sessions = sessions.Where(row => row.Subject == subject);
        }

        if (which.ProviderSessionId is { } sid)
        {
            sessions = sessions.Where(row => row.ProviderSessionId == sid);
        }

        var ids = await sessions.Select(static row => row.Id).ToArrayAsync(cancellationToken);
        await EndAsync(context, ids, now, cancellationToken);
        return [.. ids.Select(Guid.Parse)];
    }

    /// <summary>
    /// All that many people have, in the transaction of <paramref name="context"/> and last before it commits: other gateways learn only of what ended a moment ago
    /// (<see cref="SessionWatch"/>), and until then nobody else can save when these sessions were used.
    /// </summary>
    public static async Task EndAllAsync(StoreContext context, IEnumerable<string> subjects, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        foreach (var some in subjects.Chunk(MostAtOnce))
        {
            ids.AddRange(await context.Set<SessionRow>().Where(row => some.Contains(row.Subject) && row.EndedAt == null).Select(static row => row.Id).ToListAsync(cancellationToken));
        }

        await EndAsync(context, [.. ids], now, cancellationToken);
    }

    public Task<IReadOnlyList<Guid>> FindEndedAsync(DateTimeOffset since, CancellationToken cancellationToken) => connection.UseAsync<IReadOnlyList<Guid>>(async context =>
    {
        var at = since.ToUnixTimeMilliseconds();
        var ids = await context.Set<SessionRow>().Where(row => row.EndedAt >= at).Select(static row => row.Id).ToListAsync(cancellationToken);
        return [.. ids.Select(Guid.Parse)];
    });

    public Task AddCodeAsync(TokenHash code, HandOffCode what, CancellationToken cancellationToken) => AddRowAsync(
        new HandOffCodeRow { Hash = code.ToString(), SessionId = Text(what.Session), Host = what.Host, Binding = what.Binding, ExpiresAt = what.ExpiresAt.ToUnixTimeMilliseconds() },
        cancellationToken);

    public Task<HandOffCode?> TakeCodeAsync(TokenHash code, CancellationToken cancellationToken) => connection.UseAsync(async context =>
    {
        var hash = code.ToString();
        var row = await context.Set<HandOffCodeRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Hash == hash, cancellationToken);
        return row is not null && await context.Set<HandOffCodeRow>().Where(row => row.Hash == hash).ExecuteDeleteAsync(cancellationToken) == 1
            ? new HandOffCode(Guid.Parse(row.SessionId), row.Host, row.Binding, DateTimeOffset.FromUnixTimeMilliseconds(row.ExpiresAt))
            : null;
    });

    public Task AddKeptAsync(KeptRequest request, int most, CancellationToken cancellationToken) => connection.UseAsync(async context =>
    {
        context.Add(new KeptRequestRow
        {
            Id = Text(request.Id),
            Subject = request.Subject,
            Host = request.Host,
            Content = _kept.Protect(request.Target + Separator + request.Body),
            ExpiresAt = request.ExpiresAt.ToUnixTimeMilliseconds(),
        });
        await context.SaveChangesAsync(cancellationToken);
        var all = context.Set<KeptRequestRow>().Where(row => row.Subject == request.Subject);
        var old = await all.OrderByDescending(static row => row.ExpiresAt).Select(static row => row.Id).Skip(most).ToListAsync(cancellationToken);
        return old.Count > 0 ? await all.Where(row => old.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken) : 0;
    });

    public Task<KeptRequest?> TakeKeptAsync(Guid id, CancellationToken cancellationToken) => connection.UseAsync(async context =>
    {
        var text = Text(id);
        var row = await context.Set<KeptRequestRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == text, cancellationToken);
        if (row is null || await context.Set<KeptRequestRow>().Where(row => row.Id == text).ExecuteDeleteAsync(cancellationToken) != 1)
        {
            return null;
        }

        var content = _kept.Unprotect(row.Content);
        var end = content.IndexOf(Separator, StringComparison.Ordinal);
        return new KeptRequest(id, row.Subject, row.Host, content[..end], content[(end + 1)..], DateTimeOffset.FromUnixTimeMilliseconds(row.ExpiresAt));
    });

    public Task PurgeAsync(DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken) => connection.UseAsync(async context =>
    {
        var (over, expired) = (before.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds());
        await context.Set<SessionRow>().Where(row => row.ExpiresAt < over || row.EndedAt < over).ExecuteDeleteAsync(cancellationToken);
        await context.Set<HandOffCodeRow>().Where(row => row.ExpiresAt < expired).ExecuteDeleteAsync(cancellationToken);
        return await context.Set<KeptRequestRow>().Where(row => row.ExpiresAt < expired).ExecuteDeleteAsync(cancellationToken);
    });

    private static async Task EndAsync(StoreContext context, string[] ids, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await LockAsync(context, ids, cancellationToken);
        var at = now.ToUnixTimeMilliseconds();
        foreach (var some in ids.Chunk(MostAtOnce))
        {
            await context.Set<SessionRow>().Where(row => some.Contains(row.Id) && row.EndedAt == null)
                .ExecuteUpdateAsync(row => row.SetProperty(static session => session.EndedAt, at), cancellationToken);
        }
    }

    /// <summary>
    /// Before several are changed. PostgreSQL locks each as a change comes by it, and of two who come by the same ones in another order it fails one: so all are locked in
    /// one order first, as much as a change of them does and no more. SQLite has one writer at a time.
    /// </summary>
    private static Task LockAsync(StoreContext context, string[] ids, CancellationToken cancellationToken)
        => ids.Length > 1 && context.Database.IsNpgsql()
            ? context.Database.ExecuteSqlAsync($"""SELECT 1 FROM "Sessions" WHERE "Id" = ANY ({ids}) ORDER BY "Id" FOR NO KEY UPDATE""", cancellationToken)
            : Task.CompletedTask;

    private Task<int> AddRowAsync(object row, CancellationToken cancellationToken) => AddRowsAsync(cancellationToken, row);

    private Task<int> AddRowsAsync(CancellationToken cancellationToken, params object[] rows) => connection.UseAsync(context =>
    {
        context.AddRange(rows);
        return context.SaveChangesAsync(cancellationToken);
    });

    private SessionTicket Read(SessionRow row) => new()
    {
        Id = Guid.Parse(row.Id),
        User = UserColumn.Read(row.User),
        AuthenticatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.AuthenticatedAt),
        LastSeenAt = DateTimeOffset.FromUnixTimeMilliseconds(row.LastSeenAt),
        ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(row.ExpiresAt),
        EndedAt = row.EndedAt is { } ended ? DateTimeOffset.FromUnixTimeMilliseconds(ended) : null,
        ProviderSessionId = row.ProviderSessionId,
        IdToken = Unprotect(row.IdToken),
    };

    private string? Protect(string? idToken) => idToken is null ? null : Convert.ToBase64String(_idTokens.Protect(CompactToken.Pack(idToken)));

    /// <summary>Only for a hint to the provider: a session without it is as good.</summary>
    private string? Unprotect(string? idToken)
    {
        try
        {
            return idToken is null ? null : CompactToken.Unpack(_idTokens.Unprotect(Convert.FromBase64String(idToken)));
        }
        catch (Exception other) when (other is CryptographicException or FormatException)
        {
            return null;
        }
    }

    private static string Text(Guid id) => id.ToString("n", CultureInfo.InvariantCulture);
}
