using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Catalogue.Storage;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Catalogue.Applying;

/// <summary>Writes what a store holds as an apps file, which applied again changes nothing.</summary>
internal static class CatalogueExport
{
    /// <exception cref="CatalogueException">There is no store, or it cannot be used.</exception>
    public static async Task<string> WriteAsync(StoreConnection store, TimeProvider time, CancellationToken cancellationToken)
    {
        if (store.IsMissing)
        {
            throw CatalogueException.Because(store.Name, "the store", "does not exist: 'apply' makes it, or name another with --store");
        }

        var database = new CatalogueDatabase(store, time);
        var stored = await database.ReadIfAnyAsync(cancellationToken);
        return StoredDocuments.WriteFile(new CatalogueDocument
        {
            ConnectorGroups = stored.ConnectorGroups,
            Applications = [.. stored.Applications.Select(static app => app.Document)],
            ConditionalAccessPolicies = stored.Policies.Policies is { Count: > 0 } policies ? policies : null,
            NamedLocations = stored.Policies.Locations is { Count: > 0 } locations ? locations : null,
        });
    }
}
