using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Applying;
using AppProxy.Gateway.Catalogue.Storage;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Catalogue.Storage;

/// <summary>A test that gets a store of each kind, which does not exist yet.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal abstract class StoreTest(StoreKind kind)
{
    protected const int Guard = 60_000;

    protected StoreKind Kind { get; } = kind;

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    protected StoreConnection Connection { get; private set; } = null!;

    protected CatalogueDatabase Database => new(Connection, Time);

    [SetUp]
    [CancelAfter(Guard)]
    public async Task CreateConnectionAsync() => Connection = StoreConnection.Parse(await StoreServers.CreateAsync(Kind, CancellationToken.None));

    protected static string App(string id, string more = "", string internalUrl = "http://a.corp/")
        => $$"""
            { "id": "{{id}}", "displayName": "App {{id}}", {{more}} "onPremisesPublishing": {
              "externalUrl": "https://{{id}}.example.com/", "internalUrl": "{{internalUrl}}", "externalAuthenticationType": "passthru" } }
            """;

    protected static string Apps(params string[] apps) => $$"""{ "applications": [ {{string.Join(", ", apps)}} ] }""";

    protected Task<ApplyPlan> ApplyAsync(string json, CancellationToken cancellationToken, bool prune = false, bool isDryRun = false)
        => new CatalogueApply(Connection, ["gateway.example.com"], Time).ApplyAsync(Encoding.UTF8.GetBytes(json), "apps.json", prune, isDryRun, cancellationToken);

    protected CatalogueStore CreateGateway(RecordingLogger<CatalogueStore>? logger = null)
        => new(new CatalogueOptions { Store = Connection }, Time, logger ?? new RecordingLogger<CatalogueStore>());
}
