using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Catalogue.Reading.Policies;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Catalogue.Storage;

/// <summary>Reads and changes the store. A change is one transaction, and raises the version.</summary>
internal sealed class CatalogueDatabase(StoreConnection connection, TimeProvider time)
{
    /// <summary>As often as changes may collide before it is somebody's turn to look.</summary>
    private const int MostAttempts = 5;

    /// <inheritdoc cref="StoreSchema.UpgradeAsync"/>
    /// <exception cref="CatalogueException">The store cannot be used.</exception>
    public Task UpgradeAsync(CancellationToken cancellationToken) => TellAsync(async () =>
    {
        await StoreSchema.UpgradeAsync(connection, cancellationToken);
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

        var isThere = await UseAsync(async context => (await StoreSchema.GetAppliedAsync(context, cancellationToken)).Count > 0);
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
                var groups = await context.Set<ConnectorGroupRow>().AsNoTracking().ToListAsync(cancellationToken);
                var apps = await context.Set<ApplicationRow>().AsNoTracking().Include(static app => app.AppRoleAssignedTo).AsSplitQuery().ToListAsync(cancellationToken);
                var policies = await StoredPolicies.ReadAsync(context, cancellationToken);
                if (version == await ReadVersionAsync(context, cancellationToken))
                {
                    return StoredRows.Read(version, groups, apps) with { Policies = policies };
                }
            }
        });

    /// <summary>Changes the store to what <paramref name="plan"/> makes of it: everything or nothing, and nothing when that is the same.</summary>
    /// <param name="plan">May be asked again, when somebody else changed the store meanwhile; what it throws ends the change.</param>
    /// <returns>The version it has then.</returns>
    /// <exception cref="CatalogueException">The store cannot be used.</exception>
    public Task<long> ChangeAsync(Func<StoredCatalogue, (List<ConnectorGroupDocument> Groups, List<ApplicationDocument> Applications, PolicyDocuments Policies)> plan, CancellationToken cancellationToken)
        => ChangeAsync(
            async (context, version) =>
            {
                var groups = await context.Set<ConnectorGroupRow>().ToListAsync(cancellationToken);
                var apps = await context.Set<ApplicationRow>().Include(static app => app.AppRoleAssignedTo).AsSplitQuery().ToListAsync(cancellationToken);
                var (wantedGroups, wantedApps, wantedPolicies) = plan(StoredRows.Read(version, groups, apps) with { Policies = await StoredPolicies.ReadAsync(context, cancellationToken) });
                var defaults = (StoredRows.DefaultOf(groups.Select(static row => StoredDocuments.ReadConnectorGroup(row.Document))), StoredRows.DefaultOf(wantedGroups));
                StoredRows.Write(context, groups, wantedGroups);
                StoredRows.Write(context, apps, wantedApps, version, defaults);
                await StoredPolicies.WriteAsync(context, wantedPolicies, cancellationToken);
            },
            cancellationToken);

    /// <summary>Runs <paramref name="change"/> in a transaction, with the version that the store will have if anything changes.</summary>
    public Task<long> ChangeAsync(Func<StoreContext, long, Task> change, CancellationToken cancellationToken) => UseAsync(
        async _ =>
        {
            for (var attempt = 1; ; attempt++)
            {
                await using var context = connection.CreateContext();
                try
                {
                    await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
                    var row = await context.Set<CatalogueRow>().SingleAsync(cancellationToken);
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

    /// <summary>For <see cref="StoreBackup.RestoreAsync"/>: what goes back to older settings is a change too, for gateways, and for connectors that hold the newer ones.</summary>
    public async Task ReplaceAsync(StoreContext context, Func<Task> replace)
    {
        var before = await ReadVersionAsync(context, CancellationToken.None);
        await replace();
        if (!await context.Set<CatalogueRow>().AnyAsync())
        {
            throw new FormatException("$.tables.Catalogue has no row, and so no version");
        }

        var version = CatalogueVersion.After(Math.Max(before, await ReadVersionAsync(context, CancellationToken.None)), time);
        await context.Set<CatalogueRow>().ExecuteUpdateAsync(row => row.SetProperty(static catalogue => catalogue.Version, version));
        await context.Set<ApplicationRow>().ExecuteUpdateAsync(row => row.SetProperty(static app => app.SettingsVersion, version));
    }

    private static Task<long> ReadVersionAsync(StoreContext context, CancellationToken cancellationToken)
        => context.Set<CatalogueRow>().AsNoTracking().Select(static row => row.Version).SingleAsync(cancellationToken);

    private Task<T> UseAsync<T>(Func<StoreContext, Task<T>> use) => TellAsync(() => connection.UseAsync(use));

    /// <summary>Tells what is wrong with the store as what is wrong with the published apps.</summary>
    private static async Task<T> TellAsync<T>(Func<Task<T>> use)
    {
        try
        {
            return await use();
        }
        catch (StoreException exception)
        {
            throw new CatalogueException(exception);
        }
    }
}
