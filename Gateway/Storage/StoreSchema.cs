using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Storage;

/// <summary>The store's tables, as this version of the gateway wants them.</summary>
internal static class StoreSchema
{
    /// <summary>Makes the tables, or brings those of an older version up to this one. Several gateways may do it at once.</summary>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public static Task UpgradeAsync(StoreConnection connection, CancellationToken cancellationToken) => connection.UseAsync(
        async context =>
        {
            connection.CreateFile();
            var known = context.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
            var applied = await GetAppliedAsync(context, cancellationToken);
            if (applied.Find(migration => !known.Contains(migration)) is { } newer)
            {
                throw new StoreException(connection.Name, $"the store is of a newer version of the gateway (it has '{newer}'): update this one, or restore a backup");
            }

            // Taken only when there is something to do: the lock that migrations hold outlives a process that is killed.
            if (applied.Count < known.Count)
            {
                await MigrateAsync(context, applied.Count, cancellationToken);
                if (connection.File is not null)
                {
                    // Readers and a writer do not wait for each other; the file remembers it.
                    await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellationToken);
                }
            }

            return true;
        });

    /// <summary>
    /// On PostgreSQL the lock is let go between one migration and the next, and who takes it then does not look again what is left to do: it fails
    /// at what somebody else did meanwhile, whole or not at all, and goes on from there.
    /// </summary>
    private static async Task MigrateAsync(StoreContext context, int applied, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await context.Database.MigrateAsync(cancellationToken);
                return;
            }
            catch (DbException) when (!cancellationToken.IsCancellationRequested)
            {
                var before = applied;
                applied = (await GetAppliedAsync(context, cancellationToken)).Count;
                if (applied <= before)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>The migrations that made the tables there are, oldest first; none where there is no store yet.</summary>
    public static async Task<List<string>> GetAppliedAsync(StoreContext context, CancellationToken cancellationToken)
        => await context.Database.CanConnectAsync(cancellationToken) ? [.. await context.Database.GetAppliedMigrationsAsync(cancellationToken)] : [];
}
