using AppProxy.Gateway.Catalogue.Reading;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>Reads and changes the store. A change is one transaction, and raises the version.</summary>
internal sealed class CatalogueDatabase(StoreConnection connection, TimeProvider time)
{
    /// <summary>As often as changes may collide before it is somebody's turn to look.</summary>
    private const int MostAttempts = 5;

    /// <summary>Makes the tables, or brings those of an older version up to this one.</summary>
    /// <exception cref="CatalogueException">The store cannot be used.</exception>
    public Task UpgradeAsync(CancellationToken cancellationToken) => UseAsync(
        async context =>
        {
            CreateFile();
            var known = context.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
            var applied = await context.Database.CanConnectAsync(cancellationToken) ? (await context.Database.GetAppliedMigrationsAsync(cancellationToken)).ToList() : [];
            if (applied.Find(migration => !known.Contains(migration)) is { } newer)
            {
                throw CatalogueException.Because(connection.Name, "the store", $"is of a newer version of the gateway (it has '{newer}'): update this one, or restore a backup");
            }

            // Taken only when there is something to do: the lock that migrations hold outlives a process that is killed.
            if (applied.Count < known.Count)
            {
                await context.Database.MigrateAsync(cancellationToken);
                if (connection.File is not null)
                {
                    // Readers and a writer do not wait for each other; the file remembers it.
                    await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellationToken);
                }
            }

            return true;
        });

    public Task<long> ReadVersionAsync(CancellationToken cancellationToken) => UseAsync(context => ReadVersionAsync(context, cancellationToken));

    /// <summary>As <see cref="ReadAsync"/>, and empty where there is no store yet; makes and changes nothing.</summary>
    public async Task<StoredCatalogue> ReadIfAnyAsync(CancellationToken cancellationToken)
    {
        if (connection.IsMissing)
        {
            return new StoredCatalogue(0, [], []);
        }

        var isThere = await UseAsync(async context => (await context.Database.GetAppliedMigrationsAsync(cancellationToken)).Any());
        return isThere ? await ReadAsync(cancellationToken) : new StoredCatalogue(0, [], []);
    }

    /// <exception cref="CatalogueException">The store cannot be used.</exception>
    public Task<StoredCatalogue> ReadAsync(CancellationToken cancellationToken) => UseAsync(
        async context =>
        {
            while (true)
            {
                // Every change raises the version in its own transaction: equal before and after, nothing changed in between.
                var version = await ReadVersionAsync(context, cancellationToken);
                var groups = await context.ConnectorGroups.AsNoTracking().ToListAsync(cancellationToken);
                var apps = await context.Applications.AsNoTracking().Include(static app => app.AppRoleAssignedTo).AsSplitQuery().ToListAsync(cancellationToken);
                if (version == await ReadVersionAsync(context, cancellationToken))
                {
                    return StoredRows.Read(version, groups, apps);
                }
            }
        });

    /// <summary>Changes the store to what <paramref name="plan"/> makes of it: everything or nothing, and nothing when that is the same.</summary>
    /// <param name="plan">May be asked again, when somebody else changed the store meanwhile; what it throws ends the change.</param>
    /// <returns>The version it has then.</returns>
    /// <exception cref="CatalogueException">The store cannot be used.</exception>
    public Task<long> ChangeAsync(Func<StoredCatalogue, (List<ConnectorGroupDocument> Groups, List<ApplicationDocument> Applications)> plan, CancellationToken cancellationToken)
        => ChangeAsync(
            async (context, version) =>
            {
                var groups = await context.ConnectorGroups.ToListAsync(cancellationToken);
                var apps = await context.Applications.Include(static app => app.AppRoleAssignedTo).AsSplitQuery().ToListAsync(cancellationToken);
                var (wantedGroups, wantedApps) = plan(StoredRows.Read(version, groups, apps));
                StoredRows.Write(context, groups, wantedGroups);
                StoredRows.Write(context, apps, wantedApps, version);
            },
            cancellationToken);

    /// <summary>Runs <paramref name="change"/> in a transaction, with the version that the store will have if anything changes.</summary>
    public Task<long> ChangeAsync(Func<CatalogueContext, long, Task> change, CancellationToken cancellationToken) => UseAsync(
        async _ =>
        {
            for (var attempt = 1; ; attempt++)
            {
                await using var context = connection.CreateContext();
                try
                {
                    await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
                    var row = await context.Catalogue.SingleAsync(cancellationToken);
                    var version = CatalogueVersion.After(row.Version, time);
                    await change(context, version);
                    if (context.ChangeTracker.HasChanges())
                    {
                        row.Version = version;
                        await context.SaveChangesAsync(cancellationToken);
                        await transaction.CommitAsync(cancellationToken);
                    }

                    return row.Version;
                }
                catch (DbUpdateException) when (attempt < MostAttempts)
                {
                    // Somebody else was first: what they did is the ground for another try.
                }
            }
        });

    private static Task<long> ReadVersionAsync(CatalogueContext context, CancellationToken cancellationToken)
        => context.Catalogue.AsNoTracking().Select(static row => row.Version).SingleAsync(cancellationToken);

    /// <summary>Who is assigned to what is nobody's business on this machine. The files that SQLite lays beside it take over its mode.</summary>
    private void CreateFile()
    {
        if (connection.IsMissing)
        {
            PrivateFile.Create(connection.File!).Dispose();
        }
    }

    private async Task<T> UseAsync<T>(Func<CatalogueContext, Task<T>> use)
    {
        try
        {
            await using var context = connection.CreateContext();
            return await use(context);
        }
        catch (Exception exception) when (StoreFailure.IsStores(exception))
        {
            throw StoreFailure.Describe(connection, exception);
        }
    }
}
