using System.Text.RegularExpressions;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Storage;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.Architecture;
using AppProxy.Tests.Gateway.Catalogue.Storage;
using FluentAssertions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Storage;

[TestFixture(StoreKind.Sqlite)]
[TestFixture(StoreKind.PostgreSql)]
internal sealed partial class MigrationTests(StoreKind kind) : CatalogueStoreTest(kind)
{
    /// <summary>The last migration of each release, and the script that made its tables: to be added to, never to be changed.</summary>
    private static readonly string[] Releases = ["20261122000000_Catalogue"];

    [Test]
    public void Migrations_make_the_tables_of_the_model()
    {
        using var context = Connection.CreateContext();

        var made = Statements(context.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.NoTransactions))
            .Where(statement => !statement.Contains("__EFMigrationsHistory") && !statement.StartsWith("INSERT", StringComparison.Ordinal));

        made.Should().BeEquivalentTo(Statements(context.Database.GenerateCreateScript()));
    }

    [TestCaseSource(nameof(Releases))]
    public async Task The_schema_of_a_release_stays_as_it_was(string migration)
    {
        await using var context = Connection.CreateContext();
        var script = context.GetService<IMigrator>().GenerateScript("0", migration, MigrationsSqlGenerationOptions.NoTransactions).ReplaceLineEndings("\n");

        WithoutVersion(script).Should().Be(WithoutVersion(await File.ReadAllTextAsync(ScriptOf(migration))));
    }

    [TestCaseSource(nameof(Releases))]
    [CancelAfter(Guard)]
    public async Task A_store_of_a_release_is_brought_up_to_this_one_with_all_it_holds(string migration, CancellationToken cancellationToken)
    {
        await using (var context = Connection.CreateContext())
        {
            await CreateDatabaseAsync(context, cancellationToken);
#pragma warning disable EF1002 // A committed file and this test's own words.
            await context.Database.ExecuteSqlRawAsync((await File.ReadAllTextAsync(ScriptOf(migration), cancellationToken)).Replace("{", "{{").Replace("}", "}}"), cancellationToken);
            await context.Database.ExecuteSqlRawAsync(
                """
                UPDATE "Catalogue" SET "Version" = 5;
                INSERT INTO "ConnectorGroups" ("Name", "Document") VALUES ('eu', '{{"name":"eu","isDefault":true}}');
                INSERT INTO "Applications" ("Id", "DisplayName", "ConnectorGroup", "Document", "SettingsVersion") VALUES ('hr', 'HR', 'eu',
                  '{{"id":"hr","displayName":"HR","connectorGroup":"eu","onPremisesPublishing":{{"externalUrl":"https://hr.example.com/","internalUrl":"http://hr/","externalAuthenticationType":"passthru"}}}}', 4);
                INSERT INTO "AppRoleAssignments" ("ApplicationId", "PrincipalId", "AppRoleId", "PrincipalType") VALUES ('hr', 'u1', '00000000-0000-0000-0000-000000000000', 'User');
                """,
                cancellationToken);
#pragma warning restore EF1002
        }

        using var gateway = CreateGateway();
        gateway.Load();

        gateway.Current.Version.Should().Be(5);
        var app = gateway.Current.Apps.Should().ContainSingle().Subject;
        app.SettingsVersion.Should().Be(4);
        app.AppRoleAssignedTo.Should().ContainSingle().Which.PrincipalId.Should().Be("u1");
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task Gateways_that_start_at_once_upgrade_once(CancellationToken cancellationToken)
    {
        if (Kind == StoreKind.PostgreSql)
        {
            // Databases are the administrator's to make; several who do it at once are refused by the server.
            await using var context = Connection.CreateContext();
            await CreateDatabaseAsync(context, cancellationToken);
        }

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Database.UpgradeAsync(cancellationToken))));

        (await Database.ReadAsync(cancellationToken)).Applications.Should().BeEmpty();
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task A_store_of_a_newer_version_is_left_alone(CancellationToken cancellationToken)
    {
        await Database.UpgradeAsync(cancellationToken);
        await using (var context = Connection.CreateContext())
        {
            await context.Database.ExecuteSqlAsync($"""INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('29991231000000_Future', '99.0.0')""", cancellationToken);
        }

        using var gateway = CreateGateway();
        gateway.Invoking(store => store.Load()).Should().Throw<CatalogueException>().WithMessage("*newer version of the gateway*29991231000000_Future*");
    }

    private static async Task CreateDatabaseAsync(StoreContext context, CancellationToken cancellationToken)
        => await ((Microsoft.EntityFrameworkCore.Storage.IRelationalDatabaseCreator)context.GetService<Microsoft.EntityFrameworkCore.Storage.IDatabaseCreator>()).CreateAsync(cancellationToken);

    /// <summary>Which package wrote the tables is no part of them.</summary>
    private static string WithoutVersion(string script) => PackageVersion().Replace(script, "''");

    [GeneratedRegex(@"'\d+\.\d+\.\d+'")]
    private static partial Regex PackageVersion();

    private static IEnumerable<string> Statements(string script)
        => script.ReplaceLineEndings("\n").Split(';').Select(static statement => statement.Trim()).Where(static statement => statement.Length > 0);

    private string ScriptOf(string migration)
        => Path.Combine(Repository.Root, "Tests", "Gateway", "Storage", "Released", $"{migration}.{Kind.ToString().ToLowerInvariant()}.sql");
}
