using System.Text.Json;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>Connectors in the store, which all gateways that use it share.</summary>
internal sealed class ConnectorDatabase(StoreConnection connection, TimeProvider time) : IConnectorStore
{
    /// <summary>As often as changes may collide before it is somebody's turn to look.</summary>
    private const int MostAttempts = 8;

    /// <summary>How long a token that is over is kept, so that who comes too late is told so.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    public Task AddTokenAsync(EnrollmentTokenRecord token, CancellationToken cancellationToken) => connection.UseAsync(async context =>
    {
        var forgotten = (time.GetUtcNow() - Memory).ToUnixTimeMilliseconds();
        await context.Set<EnrollmentTokenRow>().Where(old => old.ExpiresAt < forgotten).ExecuteDeleteAsync(cancellationToken);
        context.Add(new EnrollmentTokenRow
        {
            Id = token.Id,
            Verifier = token.Verifier,
            ConnectorGroup = token.Group,
            ExpiresAt = token.ExpiresAt.ToUnixTimeMilliseconds(),
            UsesLeft = token.UsesLeft,
        });
        return await context.SaveChangesAsync(cancellationToken);
    });

    public Task<EnrollmentTokenRecord?> FindTokenAsync(string id, CancellationToken cancellationToken) => connection.UseAsync(async context =>
        await context.Set<EnrollmentTokenRow>().FindAsync([id], cancellationToken) is { } row
            ? new EnrollmentTokenRecord(row.Id, row.Verifier, row.ConnectorGroup, DateTimeOffset.FromUnixTimeMilliseconds(row.ExpiresAt), row.UsesLeft)
            : null);

    public Task<ConnectorRecord?> EnrollAsync(string tokenId, ConnectorRecord connector, CancellationToken cancellationToken) => AttemptAsync<ConnectorRecord?>(
        async context =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
            var used = await context.Set<EnrollmentTokenRow>()
                .Where(token => token.Id == tokenId && token.UsesLeft > 0)
                .ExecuteUpdateAsync(static token => token.SetProperty(static row => row.UsesLeft, static row => row.UsesLeft - 1), cancellationToken);
            if (used == 0)
            {
                return null;
            }

            // Compared here: servers differ in what they take for the same letter.
            var others = await context.Set<ConnectorRow>().AsNoTracking()
                .Select(static other => new { other.Id, other.Name, IsActive = other.RevokedAt == null && other.BlockedAt == null }).ToListAsync(cancellationToken);
            var leaving = others.Where(other => !other.IsActive && ConnectorNames.AreSame(other.Name, connector.Name)).Select(static other => other.Id).ToList();
            foreach (var id in leaving)
            {
                var row = await context.Set<ConnectorRow>().SingleAsync(other => other.Id == id, cancellationToken);
                row.Name = ConnectorNames.Retire(row.Name, id);
                row.Revision++;
                await context.Set<ConnectorPresenceRow>().Where(presence => presence.ConnectorId == id).ExecuteDeleteAsync(cancellationToken);
            }

            var named = connector with { Name = ConnectorNames.MakeUnique(connector.Name, others.Where(other => !leaving.Contains(other.Id)).Select(static other => other.Name)) };

            // First, since names are unique at every moment.
            await context.SaveChangesAsync(cancellationToken);
            context.Add(ConnectorRow.From(named));
            await context.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return named;
        });

    public Task<ConnectorRecord?> FindAsync(string id, CancellationToken cancellationToken) => connection.UseAsync(async context =>
        (await context.Set<ConnectorRow>().AsNoTracking().SingleOrDefaultAsync(connector => connector.Id == id, cancellationToken))?.ToRecord());

    public Task<IReadOnlyList<ConnectorRecord>> ListAsync(CancellationToken cancellationToken) => connection.UseAsync<IReadOnlyList<ConnectorRecord>>(async context =>
        [.. (await context.Set<ConnectorRow>().AsNoTracking().OrderBy(static connector => connector.Name).ToListAsync(cancellationToken)).Select(static row => row.ToRecord())]);

    public Task<IReadOnlyList<ConnectorRecord>> ListShutOutAsync(CancellationToken cancellationToken) => connection.UseAsync<IReadOnlyList<ConnectorRecord>>(async context =>
        [.. (await context.Set<ConnectorRow>().AsNoTracking().Where(static connector => connector.RevokedAt != null || connector.BlockedAt != null).ToListAsync(cancellationToken))
            .Select(static row => row.ToRecord())]);

    public Task SavePresenceAsync(string id, PresenceRecord presence, CancellationToken cancellationToken) => connection.UseAsync(async context =>
    {
        var seen = presence.SeenAt.ToUnixTimeMilliseconds();
        var report = JsonSerializer.Serialize(presence.Report, IdentityJsonContext.Default.PresenceReport);
        var updated = await context.Set<ConnectorPresenceRow>().Where(row => row.ConnectorId == id)
            .ExecuteUpdateAsync(row => row.SetProperty(static column => column.SeenAt, seen).SetProperty(static column => column.Report, report), cancellationToken);
        if (updated == 0)
        {
            context.Add(new ConnectorPresenceRow { ConnectorId = id, SeenAt = seen, Report = report });
            try
            {
                await context.SaveChangesAsync(cancellationToken);
            }
            catch (DbUpdateException)
            {
                // Another gateway heard its first word at the same moment, or it is gone: the next report is in two seconds.
            }
        }

        return true;
    });

    public Task<IReadOnlyDictionary<string, PresenceRecord>> ListPresenceAsync(CancellationToken cancellationToken) => connection.UseAsync<IReadOnlyDictionary<string, PresenceRecord>>(async context =>
        (await context.Set<ConnectorPresenceRow>().AsNoTracking().ToListAsync(cancellationToken))
            .Select(static row => (Id: row.ConnectorId, Record: Read(row)))
            .Where(static presence => presence.Record is not null)
            .ToDictionary(static presence => presence.Id, static presence => presence.Record!));

    public Task<ConnectorRecord?> UpdateAsync(string id, Func<ConnectorRecord, ConnectorRecord> change, CancellationToken cancellationToken) => AttemptAsync<ConnectorRecord?>(
        async context =>
        {
            if (await context.Set<ConnectorRow>().SingleOrDefaultAsync(connector => connector.Id == id, cancellationToken) is not { } row)
            {
                return null;
            }

            var changed = change(row.ToRecord());
            row.Take(changed);
            row.Revision++;
            await context.SaveChangesAsync(cancellationToken);
            return changed;
        });

    /// <summary>Null for what cannot be read: it is one connector's, and the others' shall be seen all the same.</summary>
    private static PresenceRecord? Read(ConnectorPresenceRow row)
    {
        try
        {
            return JsonSerializer.Deserialize(row.Report, IdentityJsonContext.Default.PresenceReport) is { } report
                ? new PresenceRecord(report, DateTimeOffset.FromUnixTimeMilliseconds(row.SeenAt))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What collides with somebody else's change is tried again on the ground of that.</summary>
    private Task<T> AttemptAsync<T>(Func<StoreContext, Task<T>> change) => connection.UseAsync(async _ =>
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var context = connection.CreateContext();
            try
            {
                return await change(context);
            }
            catch (DbUpdateException) when (attempt < MostAttempts)
            {
                // Once more.
            }
        }
    });
}
