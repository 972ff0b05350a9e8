using System.Text;
using System.Text.Json.Nodes;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Storage;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.Gateway.Catalogue.Storage;
using FluentAssertions;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Storage;

[TestFixture(StoreKind.Sqlite)]
[TestFixture(StoreKind.PostgreSql)]
internal sealed class StoreBackupTests(StoreKind kind) : CatalogueStoreTest(kind)
{
    private const string Assigned = "\"appRoleAssignedTo\": [ { \"principalId\": \"u1\", \"principalType\": \"User\", \"principalDisplayName\": \"Grüße 'x'\" } ],";

    [Test]
    [CancelAfter(Guard)]
    public async Task A_backup_brings_everything_back_to_stores_of_each_kind([Values] StoreKind target, CancellationToken cancellationToken)
    {
        await ApplyAsync(Apps(App("hr", Assigned), App("it")), cancellationToken);
        await using (var context = Connection.CreateContext())
        {
            context.Add(new PolicyRow { Id = "p", DisplayName = "Later", Document = "{}" });
            await context.SaveChangesAsync(cancellationToken);
        }

        var backup = await BackUpAsync(cancellationToken);
        var other = StoreConnection.Parse(await StoreServers.CreateAsync(target, cancellationToken));

        await new StoreBackup(other).RestoreAsync(backup, "backup.json", new CatalogueDatabase(other, Time).ReplaceAsync, cancellationToken);

        var before = await Database.ReadAsync(cancellationToken);
        var after = await new CatalogueDatabase(other, Time).ReadAsync(cancellationToken);
        after.Applications.Select(app => app.Document).Should().BeEquivalentTo(before.Applications.Select(app => app.Document));
        after.ConnectorGroups.Should().BeEquivalentTo(before.ConnectorGroups);
        await using var restored = other.CreateContext();
        (await restored.Set<PolicyRow>().SingleAsync(cancellationToken)).DisplayName.Should().Be("Later");
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task Every_table_is_in_a_backup(CancellationToken cancellationToken)
    {
        await ApplyAsync(Apps(App("hr", Assigned)), cancellationToken);

        var tables = JsonNode.Parse(await BackUpAsync(cancellationToken))!["tables"]!.AsObject();

        await using var context = Connection.CreateContext();
        tables.Select(table => table.Key).Should().BeEquivalentTo(context.Model.GetEntityTypes().Select(table => table.GetTableName()));
        tables["AppRoleAssignments"]!.AsArray().Should().ContainSingle();
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task Going_back_is_a_change_that_gateways_see(CancellationToken cancellationToken)
    {
        await ApplyAsync(Apps(App("hr")), cancellationToken);
        var backup = await BackUpAsync(cancellationToken);
        await ApplyAsync(Apps(App("it")), cancellationToken, prune: true);
        var version = await Database.ReadVersionAsync(cancellationToken);

        await new StoreBackup(Connection).RestoreAsync(backup, "backup.json", new CatalogueDatabase(Connection, Time).ReplaceAsync, cancellationToken);

        var stored = await Database.ReadAsync(cancellationToken);
        stored.Version.Should().BeGreaterThan(version);
        stored.Applications.Should().ContainSingle(app => app.Document.Id == "hr").Which.SettingsVersion.Should().Be(stored.Version);
    }

    [TestCase("{}", "*no backup*")]
    [TestCase("nonsense", "*no backup*")]
    [TestCase("""{ "format": "appproxy-store", "migration": "29991231000000_Future", "tables": {} }""", "*newer version*")]
    [TestCase("""{ "format": "appproxy-store", "migration": "NEWEST", "tables": { "Catalogue": [ { "Id": 1, "Version": 3 }, { "Id": 1, "Version": 4 } ] } }""", "*cannot be used*")]
    [TestCase("""{ "format": "appproxy-store", "migration": "NEWEST", "tables": { "Catalogue": [] } }""", "backup.json: is a damaged backup*no version")]
    [TestCase("""{ "format": "appproxy-store", "migration": "NEWEST", "tables": { "Catalogue": {} } }""", "backup.json: is a damaged backup: $.tables.Catalogue must be a list*")]
    [TestCase("""{ "format": "appproxy-store", "migration": "NEWEST", "tables": { "Catalogue": null } }""", "backup.json: is a damaged backup: $.tables.Catalogue must be a list*")]
    [TestCase("""{ "format": "appproxy-store", "migration": "NEWEST", "tables": { "Policies": [ 7 ] } }""", "backup.json: is a damaged backup: $.tables.Policies?0? must be a row*")]
    [TestCase("""{ "format": "appproxy-store", "migration": "NEWEST", "tables": { "Policies": [ { "Id": [] } ] } }""", "backup.json: is a damaged backup: $.tables.Policies?0?.Id must be a text*")]
    [TestCase("""{ "format": "appproxy-store", "migration": "NEWEST", "tables": { "Policies": [ { "Id": 1.5 } ] } }""", "backup.json: is a damaged backup: $.tables.Policies?0?.Id must be a text*")]
    [TestCase("""{ "format": "appproxy-store", "migration": "NEWEST", "tables": { "Policies": [], "Policies": [] } }""", "*no backup*")]
    [CancelAfter(Guard)]
    public async Task What_is_no_backup_changes_nothing(string json, string because, CancellationToken cancellationToken)
    {
        await ApplyAsync(Apps(App("hr")), cancellationToken);
        var before = await Database.ReadAsync(cancellationToken);
        await using (var context = Connection.CreateContext())
        {
            json = json.Replace("NEWEST", context.Database.GetMigrations().Last(), StringComparison.Ordinal);
        }

        var restore = () => new StoreBackup(Connection).RestoreAsync(Encoding.UTF8.GetBytes(json), "backup.json", new CatalogueDatabase(Connection, Time).ReplaceAsync, cancellationToken);

        (await restore.Should().ThrowAsync<StoreException>()).WithMessage(because);
        (await Database.ReadAsync(cancellationToken)).Should().BeEquivalentTo(before);
    }

    private async Task<byte[]> BackUpAsync(CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        await new StoreBackup(Connection).WriteAsync(content, cancellationToken);
        return content.ToArray();
    }
}
