using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Applying;
using AppProxy.Gateway.Catalogue.Policies;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Catalogue.Storage;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.Gateway.Catalogue.Storage;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Catalogue.Applying;

/// <summary>Policies and named locations, into a store and out of it, by file and by backup.</summary>
[TestFixture(StoreKind.Sqlite)]
[TestFixture(StoreKind.PostgreSql)]
internal sealed class PolicyRoundTripTests(StoreKind kind) : CatalogueStoreTest(kind)
{
    private const string Office = """{ "id": "office", "displayName": "Office «Zürich»", "isTrusted": true, "ipRanges": [ { "cidrAddress": "192.0.2.0/24" }, { "cidrAddress": "2001:db8::/32" } ] }""";
    private const string Guests = """{ "id": "guests", "displayName": "Guests", "ipRanges": [ { "cidrAddress": "198.51.100.7/32" } ] }""";

    private const string Outside = """
        { "id": "outside", "displayName": "Two steps outside", "state": "enabled",
          "conditions": {
            "users": { "includeUsers": [ "All" ], "includeGroups": [ "sales" ], "includeRoles": [ "Reader" ], "excludeUsers": [ "ada" ], "excludeGroups": [ "break-glass" ], "excludeRoles": [ "Boss" ] },
            "applications": { "includeApplications": [ "All" ], "excludeApplications": [ "it" ] },
            "locations": { "includeLocations": [ "All" ], "excludeLocations": [ "AllTrusted", "guests" ] },
            "clientAppTypes": [ "browser", "mobileAppsAndDesktopClients" ],
            "relay": { "claims": [ { "type": "country", "values": [ "CH", "DE" ] } ], "signInOlderThan": "01:00:00" } },
          "grantControls": { "builtInControls": [ "mfa" ] },
          "sessionControls": { "signInFrequency": { "isEnabled": true, "type": "hours", "value": 8 } } }
        """;

    private const string Block = """
        { "id": "block", "displayName": "Block", "state": "enabledForReportingButNotEnforced",
          "conditions": { "users": { "includeUsers": [ "bob" ] }, "applications": { "includeApplications": [ "hr" ] } }, "grantControls": { "builtInControls": [ "block" ] } }
        """;

    [Test]
    [CancelAfter(Guard)]
    public async Task What_is_exported_changes_nothing_where_it_came_from_and_is_the_same_elsewhere(CancellationToken cancellationToken)
    {
        await ApplyAsync(File([Office, Guests], [Outside, Block]), cancellationToken);
        var written = await ReadAsync(Connection, cancellationToken);

        var exported = await CatalogueExport.WriteAsync(Connection, Time, cancellationToken);

        var again = await ApplyAsync(exported, cancellationToken, prune: true);
        again.Differences.Should().BeEmpty();
        again.Unchanged.Should().Be(2 + 2 + 2 + 1, "apps, policies, locations and the group are as the file says");
        var other = StoreConnection.Parse(await StoreServers.CreateAsync(Kind, cancellationToken));
        await new CatalogueApply(other, [], Time).ApplyAsync(System.Text.Encoding.UTF8.GetBytes(exported), "exported.json", prune: false, isDryRun: false, cancellationToken);
        (await CatalogueExport.WriteAsync(other, Time, cancellationToken)).Should().Be(exported);
        (await ReadAsync(other, cancellationToken)).Should().BeEquivalentTo(written);
        written.Policies.Should().HaveCount(2);
        written.Locations.Should().ContainSingle(static location => location.IsTrusted).Which.Networks.Should().HaveCount(2);
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task A_backup_brings_them_back_to_stores_of_each_kind([Values] StoreKind target, CancellationToken cancellationToken)
    {
        await ApplyAsync(File([Office, Guests], [Outside, Block]), cancellationToken);
        var written = await ReadAsync(Connection, cancellationToken);
        using var backup = new MemoryStream();
        await new StoreBackup(Connection).WriteAsync(backup, cancellationToken);
        var other = StoreConnection.Parse(await StoreServers.CreateAsync(target, cancellationToken));

        await new StoreBackup(other).RestoreAsync(backup.ToArray(), "backup.json", new CatalogueDatabase(other, Time).ReplaceAsync, cancellationToken);

        var restored = await ReadAsync(other, cancellationToken);
        restored.Should().BeEquivalentTo(written);
        restored.Locations.Select(static location => (location.Id, location.DisplayName, location.IsTrusted)).Should().BeEquivalentTo([("office", "Office «Zürich»", true), ("guests", "Guests", false)]);
        (await CatalogueExport.WriteAsync(other, Time, cancellationToken)).Should().Be(await CatalogueExport.WriteAsync(Connection, Time, cancellationToken));
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task Going_back_takes_away_what_came_later(CancellationToken cancellationToken)
    {
        await ApplyAsync(File([Office, Guests], [Outside]), cancellationToken);
        using var backup = new MemoryStream();
        await new StoreBackup(Connection).WriteAsync(backup, cancellationToken);
        await ApplyAsync(File([Office.Replace("192.0.2.0/24", "203.0.113.0/24", StringComparison.Ordinal), Guests], [Outside, Block]), cancellationToken);

        await new StoreBackup(Connection).RestoreAsync(backup.ToArray(), "backup.json", new CatalogueDatabase(Connection, Time).ReplaceAsync, cancellationToken);

        var restored = await ReadAsync(Connection, cancellationToken);
        restored.Policies.Should().ContainSingle().Which.Id.Should().Be("outside");
        restored.Locations.Single(static location => location.Id == "office").Networks.Should().Contain(System.Net.IPNetwork.Parse("192.0.2.0/24"));
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task A_change_is_told_and_what_is_not_named_goes_with_prune_only(CancellationToken cancellationToken)
    {
        await ApplyAsync(File([Office, Guests], [Outside, Block]), cancellationToken);

        var kept = await ApplyAsync(File([Office.Replace("true", "false", StringComparison.Ordinal)], [Block]), cancellationToken);
        kept.Differences.Should().ContainSingle().Which.Subject.Should().Contain("office");
        (await ReadAsync(Connection, cancellationToken)).Policies.Should().HaveCount(2);

        var gone = await ApplyAsync(File([Office], [Block]), cancellationToken, prune: true);
        gone.Differences.Should().HaveCount(3);
        var left = await ReadAsync(Connection, cancellationToken);
        left.Policies.Should().ContainSingle().Which.Id.Should().Be("block");
        left.Locations.Should().ContainSingle().Which.Id.Should().Be("office");
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task What_a_file_has_no_list_of_stays_with_prune_too(CancellationToken cancellationToken)
    {
        await ApplyAsync(File([Office, Guests], [Outside, Block]), cancellationToken);
        var before = await ReadAsync(Connection, cancellationToken);

        var apps = await ApplyAsync(Apps(App("hr"), App("it")), cancellationToken, prune: true);
        apps.Differences.Should().BeEmpty();
        apps.Unnamed.Should().BeEmpty("prune would not remove it");
        (await ReadAsync(Connection, cancellationToken)).Should().BeEquivalentTo(before);

        var policies = await ApplyAsync($$"""{ "conditionalAccessPolicies": [ {{Outside}} ] }""", cancellationToken, prune: true);
        policies.Differences.Should().ContainSingle().Which.Subject.Should().Contain("block");
        (await Database.ReadAsync(cancellationToken)).Applications.Should().HaveCount(2);

        await ApplyAsync("""{ "conditionalAccessPolicies": [], "namedLocations": [] }""", cancellationToken, prune: true);
        (await ReadAsync(Connection, cancellationToken)).Should().BeEquivalentTo(AccessPolicies.None);
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task A_location_that_a_policy_names_cannot_be_taken_away(CancellationToken cancellationToken)
    {
        await ApplyAsync(File([Office, Guests], [Outside]), cancellationToken);
        var before = await ReadAsync(Connection, cancellationToken);

        var prune = () => ApplyAsync(File([Office], [Outside]), cancellationToken, prune: true);

        (await prune.Should().ThrowAsync<CatalogueException>()).WithMessage("*guests*");
        (await ReadAsync(Connection, cancellationToken)).Should().BeEquivalentTo(before);
    }

    private static string File(string[] locations, string[] policies)
        => $$"""{ "namedLocations": [ {{string.Join(", ", locations)}} ], "conditionalAccessPolicies": [ {{string.Join(", ", policies)}} ], "applications": [ {{App("hr")}}, {{App("it")}} ] }""";

    /// <summary>As a gateway reads them.</summary>
    private async Task<AccessPolicies> ReadAsync(StoreConnection store, CancellationToken cancellationToken)
    {
        var reading = CatalogueReader.Read(await new CatalogueDatabase(store, Time).ReadAsync(cancellationToken), [], CatalogueSnapshot.Empty);
        reading.Problems.Should().BeEmpty();
        return reading.Snapshot!.Policies;
    }
}
