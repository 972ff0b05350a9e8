using System.Globalization;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Applying;
using AppProxy.Tests.Contracts.Transport;
using FluentAssertions;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Catalogue.Storage;

[TestFixture(StoreKind.Sqlite)]
[TestFixture(StoreKind.PostgreSql)]
internal sealed class CatalogueDatabaseTests(StoreKind kind) : CatalogueStoreTest(kind)
{
    [Test]
    [CancelAfter(Guard)]
    public async Task What_is_applied_is_served(CancellationToken cancellationToken)
    {
        await ApplyAsync(
            """
            { "connectorGroups": [ { "name": "EU" }, { "name": "us", "isDefault": true } ], "applications": [
              { "id": "hr", "displayName": "HR", "connectorGroup": "eu", "appRoleAssignmentRequired": false,
                "appRoleAssignedTo": [ { "principalId": "g1", "principalType": "Group", "principalDisplayName": "Staff" }, { "principalId": "u1", "principalType": "User", "appRoleId": "r1" } ],
                "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://hr.corp/", "externalAuthenticationType": "passthru" },
                "relay": { "maxWaitingRequests": 7 } } ] }
            """,
            cancellationToken);

        using var gateway = CreateGateway();
        gateway.Load();

        gateway.Current.Groups.Should().BeEquivalentTo([new ConnectorGroup("EU", false), new ConnectorGroup("us", true)]);
        var app = gateway.Current.Apps.Should().ContainSingle().Subject;
        app.Should().BeEquivalentTo(new
        {
            Id = "hr",
            ConnectorGroup = "EU",
            InternalUrl = AppUrl.Parse("http://hr.corp/"),
            Relay = new RelaySettings { MaxWaitingRequests = 7 },
            AppRoleAssignmentRequired = false,
            SettingsVersion = gateway.Current.Version,
        });
        app.AppRoleAssignedTo.Should().Equal(
            new AppRoleAssignment("g1", PrincipalType.Group, AppRoleAssignment.DefaultAccess, "Staff"),
            new AppRoleAssignment("u1", PrincipalType.User, "r1", null));
        gateway.Current.Version.Should().Be(Time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task Applying_the_same_again_changes_nothing(CancellationToken cancellationToken)
    {
        var apps = Apps(App("hr", "\"appRoleAssignedTo\": [ { \"principalId\": \"u1\", \"principalType\": \"User\" } ],"), App("it"));
        await ApplyAsync(apps, cancellationToken);
        var version = await Database.ReadVersionAsync(cancellationToken);
        Time.Advance(TimeSpan.FromDays(1));

        var again = await ApplyAsync(apps, cancellationToken);

        again.Differences.Should().BeEmpty();
        again.Unchanged.Should().Be(2);
        (await Database.ReadVersionAsync(cancellationToken)).Should().Be(version);
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task Only_what_changed_has_a_new_version(CancellationToken cancellationToken)
    {
        await ApplyAsync(Apps(App("hr"), App("it")), cancellationToken);
        using var gateway = CreateGateway();
        gateway.Load();
        var before = gateway.Current;

        // Without time passing: the version rises all the same.
        await ApplyAsync(Apps(App("hr"), App("it", internalUrl: "http://b.corp/")), cancellationToken);

        var stored = await Database.ReadAsync(cancellationToken);
        stored.Version.Should().BeGreaterThan(before.Version);
        stored.Applications.Select(app => (app.Document.Id, app.SettingsVersion)).Should().Equal(("hr", before.Version), ("it", stored.Version));
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task Apps_that_name_no_group_change_with_the_default_group(CancellationToken cancellationToken)
    {
        var apps = string.Join(", ", App("hr"), App("it", "\"connectorGroup\": \"a\","), App("web", "\"connectorGroup\": \"b\","));
        await ApplyAsync($$"""{ "connectorGroups": [ { "name": "a", "isDefault": true }, { "name": "b" } ], "applications": [ {{apps}} ] }""", cancellationToken);
        using var gateway = CreateGateway();
        gateway.Load();
        var before = gateway.Current.Version;

        await ApplyAsync("""{ "connectorGroups": [ { "name": "a" }, { "name": "b", "isDefault": true } ] }""", cancellationToken);

        var stored = await Database.ReadAsync(cancellationToken);
        stored.Version.Should().BeGreaterThan(before);
        stored.Applications.Select(app => (app.Document.Id, app.SettingsVersion)).Should().Equal(("hr", stored.Version), ("it", before), ("web", before));
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task Nothing_of_a_bad_file_is_applied(CancellationToken cancellationToken)
    {
        await ApplyAsync(Apps(App("hr")), cancellationToken);
        var before = await Database.ReadAsync(cancellationToken);

        var apply = () => ApplyAsync(Apps(App("it"), App("own").Replace("own.example", "gateway.example", StringComparison.Ordinal), App("other").Replace("other.example", "hr.example", StringComparison.Ordinal)), cancellationToken);

        var problems = (await apply.Should().ThrowAsync<CatalogueException>()).Which.Problems;
        problems.Select(problem => problem.Path).Should().BeEquivalentTo("$.applications[1].onPremisesPublishing.externalUrl", "$.applications[2].onPremisesPublishing.externalUrl");
        problems.Should().ContainSingle(problem => problem.Message.Contains("'App hr' (hr in the store)"), "the other app is named").Which.Line.Should().BeGreaterThan(0);
        (await Database.ReadAsync(cancellationToken)).Should().BeEquivalentTo(before);
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task A_dry_run_makes_nothing(CancellationToken cancellationToken)
    {
        var isThere = Kind == StoreKind.Sqlite;
        if (!isThere)
        {
            await Database.UpgradeAsync(cancellationToken);
        }

        var plan = await ApplyAsync(Apps(App("hr")), cancellationToken, isDryRun: true);

        plan.Differences.Select(difference => difference.Kind).Should().Equal(DifferenceKind.Added, DifferenceKind.Added);
        (await Database.ReadIfAnyAsync(cancellationToken)).Applications.Should().BeEmpty();
        Connection.IsMissing.Should().Be(isThere);
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task What_a_file_does_not_name_stays_unless_pruned(CancellationToken cancellationToken)
    {
        await ApplyAsync("""{ "connectorGroups": [ { "name": "a", "isDefault": true }, { "name": "b" } ], "applications": [""" + App("hr", "\"connectorGroup\": \"b\",") + "] }", cancellationToken);

        var kept = await ApplyAsync("""{ "connectorGroups": [ { "name": "c", "isDefault": true } ], "applications": [""" + App("it") + "] }", cancellationToken);
        var stored = await Database.ReadAsync(cancellationToken);
        kept.Unnamed.Should().Equal("connector group a", "connector group b", "application hr \"App hr\"");
        stored.Applications.Select(app => app.Document.Id).Should().Equal("hr", "it");
        stored.ConnectorGroups.Where(group => group.IsDefault is true).Select(group => group.Name).Should().Equal(["c"], "the file's default group is the default");

        await ApplyAsync("""{ "connectorGroups": [ { "name": "c", "isDefault": true } ], "applications": [""" + App("it") + "] }", cancellationToken, prune: true);
        stored = await Database.ReadAsync(cancellationToken);
        stored.Applications.Select(app => app.Document.Id).Should().Equal("it");
        stored.ConnectorGroups.Select(group => group.Name).Should().Equal("c");
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task Assignments_that_a_file_leaves_out_stay(CancellationToken cancellationToken)
    {
        await ApplyAsync(Apps(App("hr", "\"appRoleAssignedTo\": [ { \"principalId\": \"u1\", \"principalType\": \"User\" } ],")), cancellationToken);
        await ApplyAsync(Apps(App("hr")), cancellationToken);
        (await Database.ReadAsync(cancellationToken)).Applications[0].Document.AppRoleAssignedTo.Should().ContainSingle();

        await ApplyAsync(Apps(App("hr", "\"appRoleAssignedTo\": [],")), cancellationToken);
        (await Database.ReadAsync(cancellationToken)).Applications[0].Document.AppRoleAssignedTo.Should().BeNull();
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task Changes_at_once_are_all_kept(CancellationToken cancellationToken)
    {
        await Database.UpgradeAsync(cancellationToken);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Task.Run(() => ApplyAsync(Apps(App("app" + number.ToString(CultureInfo.InvariantCulture))), cancellationToken))));

        (await Database.ReadAsync(cancellationToken)).Applications.Should().HaveCount(4);
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task A_change_is_live_on_every_gateway_within_five_seconds(CancellationToken cancellationToken)
    {
        await ApplyAsync(Apps(App("hr")), cancellationToken);
        var time = new ObservedTimeProvider(Time.GetUtcNow());
        using var one = CreateGateway(time: time);
        using var two = CreateGateway(time: time);
        await one.StartAsync(cancellationToken);
        await two.StartAsync(cancellationToken);
        Task[] changed = [Next(one), Next(two)];
        one.Current.TryGet("hr", out var before).Should().BeTrue();

        await ApplyAsync(Apps(App("it")), cancellationToken);
        var passed = TimeSpan.Zero;
        while (true)
        {
            // A gateway waits again only when its look is over, and what it saw is told: so time goes on by an interval for each look of both.
            var interval = await time.Timers.ReadAsync(cancellationToken);
            (await time.Timers.ReadAsync(cancellationToken)).Should().Be(interval);
            if (Array.TrueForAll(changed, static one => one.IsCompleted))
            {
                break;
            }

            time.Advance(interval);
            passed += interval;
        }

        passed.Should().BePositive().And.BeLessThan(TimeSpan.FromSeconds(5));
        foreach (var gateway in (CatalogueStore[])[one, two])
        {
            gateway.Current.Apps.Select(app => app.Id).Should().Equal("hr", "it");
            await gateway.StopAsync(cancellationToken);
        }

        one.Current.TryGet("hr", out var after).Should().BeTrue();
        after.Should().BeSameAs(before, "what did not change is what exchanges began with");
    }

    [Test]
    [CancelAfter(Guard)]
    public async Task A_store_that_is_broken_later_is_told_once_and_the_apps_stay(CancellationToken cancellationToken)
    {
        await ApplyAsync(Apps(App("hr")), cancellationToken);
        var logger = new RecordingLogger<CatalogueStore>();
        using var gateway = CreateGateway(logger);
        await gateway.StartAsync(cancellationToken);
        var changed = Next(gateway);

        await ExecuteAsync("""ALTER TABLE "Catalogue" RENAME TO "Elsewhere" """, cancellationToken);
        var error = logger.NextAsync(Microsoft.Extensions.Logging.LogLevel.Error, cancellationToken);
        await AdvanceUntilAsync(error, cancellationToken);
        (await error).Should().Contain("cannot be used").And.Contain("Catalogue");
        gateway.Current.Apps.Should().ContainSingle();

        await ExecuteAsync("""ALTER TABLE "Elsewhere" RENAME TO "Catalogue" """, cancellationToken);
        await ApplyAsync(Apps(App("it")), cancellationToken);
        await AdvanceUntilAsync(changed, cancellationToken);
        (await changed).Apps.Should().HaveCount(2);
        await gateway.StopAsync(cancellationToken);
    }

    private async Task AdvanceUntilAsync(Task task, CancellationToken cancellationToken)
    {
        while (!task.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken));
        }
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var context = Connection.CreateContext();
#pragma warning disable EF1002 // Written in this test.
        await context.Database.ExecuteSqlRawAsync(sql, cancellationToken);
#pragma warning restore EF1002
    }

    private static Task<CatalogueSnapshot> Next(CatalogueStore store)
    {
        var changed = new TaskCompletionSource<CatalogueSnapshot>(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Changed += snapshot => changed.TrySetResult(snapshot);
        return changed.Task;
    }
}
