using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Applying;
using AppProxy.Gateway.Catalogue.Storage;

namespace AppProxy.Tests.Gateway.Catalogue.Storage;

/// <summary>A test of the published apps in a store.</summary>
internal abstract class CatalogueStoreTest(StoreKind kind) : StoreTest(kind)
{
    protected CatalogueDatabase Database => new(Connection, Time);

    protected static string App(string id, string more = "", string internalUrl = "http://a.corp/")
        => $$"""
            { "id": "{{id}}", "displayName": "App {{id}}", {{more}} "onPremisesPublishing": {
              "externalUrl": "https://{{id}}.example.com/", "internalUrl": "{{internalUrl}}", "externalAuthenticationType": "passthru" } }
            """;

    protected static string Apps(params string[] apps) => $$"""{ "applications": [ {{string.Join(", ", apps)}} ] }""";

    protected Task<ApplyPlan> ApplyAsync(string json, CancellationToken cancellationToken, bool prune = false, bool isDryRun = false)
        => new CatalogueApply(Connection, ["gateway.example.com"], Time).ApplyAsync(Encoding.UTF8.GetBytes(json), "apps.json", prune, isDryRun, cancellationToken);

    protected CatalogueStore CreateGateway(RecordingLogger<CatalogueStore>? logger = null, TimeProvider? time = null)
        => new(new CatalogueOptions { Store = Connection }, time ?? Time, logger ?? new RecordingLogger<CatalogueStore>());
}
