using AppProxy.Gateway.Catalogue.Storage;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Catalogue.Applying;

/// <summary>Applies an apps file to a store: all of it in one transaction, or nothing. Whether people can sign in, null where nobody here knows.</summary>
internal sealed class CatalogueApply(StoreConnection store, IReadOnlyCollection<string> ownHosts, TimeProvider time, bool? canSignIn = null)
{
    private readonly CatalogueDatabase _database = new(store, time);

    /// <param name="json">The file's content.</param>
    /// <param name="source">Its name, for the operator.</param>
    /// <param name="prune">Removes what the file does not name, of each kind that it has a list of.</param>
    /// <param name="isDryRun">Only plans; makes no store.</param>
    /// <param name="folder">Of the file, where it is one.</param>
    /// <exception cref="CatalogueException">Every mistake in the file, or the store cannot be used.</exception>
    public async Task<ApplyPlan> ApplyAsync(byte[] json, string source, bool prune, bool isDryRun, CancellationToken cancellationToken, string? folder = null)
    {
        var planner = new ApplyPlanner(json, source, ownHosts, prune, folder, canSignIn);
        if (isDryRun)
        {
            return planner.Plan(await _database.ReadIfAnyAsync(cancellationToken));
        }

        // A bad file is told before a store is made for it.
        var plan = store.IsMissing ? planner.Plan(new StoredCatalogue(0, [], [])) : null;
        await _database.UpgradeAsync(cancellationToken);
        await _database.ChangeAsync(
            stored =>
            {
                plan = planner.Plan(stored);
                return (plan.Groups, plan.Applications, plan.Policies);
            },
            cancellationToken);
        return plan!;
    }
}
