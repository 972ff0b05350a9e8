using System.CommandLine;
using System.Globalization;
using AppProxy.Gateway.Access;
using AppProxy.Gateway.Access.Requests;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.SignIn;
using AppProxy.Tests.Gateway.Catalogue;
using AppProxy.Tests.Gateway.Catalogue.Storage;
using FluentAssertions;
using NUnit.Framework;
using CommandLine = AppProxy.Gateway.Commands.CommandLine;

namespace AppProxy.Tests.Gateway.Access;

[TestFixture(StoreKind.Sqlite)]
[TestFixture(StoreKind.PostgreSql)]
[CancelAfter(Guard)]
internal sealed class AccessRequestTests(StoreKind kind) : CatalogueStoreTest(kind)
{
    private static readonly SignedInUser Alice = AccessFixture.Alice;

    private AccessRequests Requests => new(Connection, Time);

    [Test]
    public async Task Who_is_approved_may_open_the_app(CancellationToken cancellation)
    {
        var app = await PublishAsync(cancellation);
        await Requests.AskAsync(app, Alice, "Please", cancellation);
        var request = (await Requests.ListAsync(false, cancellation)).Should().ContainSingle().Subject;
        var before = await Database.ReadVersionAsync(cancellation);

        (await Requests.DecideAsync(request.Id, isApproved: true, cancellation)).Should().Be(DecideOutcome.Decided);

        (await Database.ReadVersionAsync(cancellation)).Should().BeGreaterThan(before, "gateways must see it");
        using var gateway = CreateGatewayThatSignsIn();
        gateway.Load();
        gateway.Current.TryGet("hr", out var now).Should().BeTrue();
        now!.AppRoleAssignedTo.Should().ContainSingle().Which.Should().Be(new AppRoleAssignment("a-1", PrincipalType.User, AppRoleAssignment.DefaultAccess, "Alice"));
        new AccessRules(gateway.Current).For(now)!.Decide(AccessFixture.Ask()).Outcome.Should().Be(AccessOutcome.Granted);
        (await Requests.ListAsync(false, cancellation)).Should().BeEmpty();
        (await Requests.ListAsync(true, cancellation)).Should().ContainSingle().Which.State.Should().Be(AccessRequestState.Approved);
        (await Requests.DecideAsync(request.Id, isApproved: false, cancellation)).Should().Be(DecideOutcome.DecidedBefore);
        (await Requests.DecideAsync("nothing", isApproved: true, cancellation)).Should().Be(DecideOutcome.NoSuchRequest);
    }

    [Test]
    public async Task A_no_lasts_for_a_day_and_changes_no_app(CancellationToken cancellation)
    {
        var app = await PublishAsync(cancellation);
        await Requests.AskAsync(app, Alice, "Please", cancellation);
        var request = (await Requests.ListAsync(false, cancellation)).Single();

        (await Requests.DecideAsync(request.Id, isApproved: false, cancellation)).Should().Be(DecideOutcome.Decided);

        (await Requests.AskAsync(app, Alice, "Please!", cancellation)).Should().Be(AskOutcome.TooSoon);
        Time.Advance(AccessRequests.Cooling);
        (await Requests.AskAsync(app, Alice, "Please!!", cancellation)).Should().Be(AskOutcome.Asked);
        (await Requests.ListAsync(true, cancellation)).Should().ContainSingle().Which.Reason.Should().Be("Please!!");
        (await Database.ReadAsync(cancellation)).Applications.Single().Document.AppRoleAssignedTo.Should().BeNull();
    }

    [Test]
    public async Task Nobody_floods(CancellationToken cancellation)
    {
        var app = await PublishAsync(cancellation);
        await Requests.AskAsync(app, Alice, new string('x', 100_000), cancellation);

        (await Requests.AskAsync(app, Alice, "again", cancellation)).Should().Be(AskOutcome.AskedBefore);
        for (var other = 1; other < AccessRequests.MostPending; other++)
        {
            (await Requests.AskAsync(app with { Id = other.ToString(CultureInfo.InvariantCulture) }, Alice, "", cancellation)).Should().Be(AskOutcome.Asked);
        }

        (await Requests.AskAsync(app with { Id = "one-more" }, Alice, "", cancellation)).Should().Be(AskOutcome.TooMany);
        (await Requests.AskAsync(app, Alice with { Id = "b-1" }, "", cancellation)).Should().Be(AskOutcome.Asked, "others may still ask");
        (await Requests.ListAsync(false, cancellation)).Single(static row => row is { ApplicationId: "hr", PrincipalId: "a-1" }).Reason.Should().HaveLength(AccessRequests.MaxReason);
    }

    [Test]
    public async Task Who_clicks_twice_at_once_has_asked_once(CancellationToken cancellation)
    {
        var app = await PublishAsync(cancellation);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Requests.AskAsync(app, Alice, "", cancellation))));

        outcomes.Should().ContainSingle(static outcome => outcome == AskOutcome.Asked);
        outcomes.Should().OnlyContain(static outcome => outcome == AskOutcome.Asked || outcome == AskOutcome.AskedBefore);
    }

    [Test]
    public async Task An_app_of_a_file_is_not_the_store_s_to_give(CancellationToken cancellation)
    {
        var app = await PublishAsync(cancellation);
        await Requests.AskAsync(app with { Id = "of-a-file" }, Alice, "", cancellation);
        var request = (await Requests.ListAsync(false, cancellation)).Single();

        (await Requests.DecideAsync(request.Id, isApproved: true, cancellation)).Should().Be(DecideOutcome.NoSuchApp);

        (await Requests.ListAsync(false, cancellation)).Should().ContainSingle();
    }

    [Test]
    public async Task Operators_decide_by_commands(CancellationToken cancellation)
    {
        if (Connection.File is not { } file)
        {
            Assert.Pass("The commands are the same for every store.");
            return;
        }

        var app = await PublishAsync(cancellation);
        await Requests.AskAsync(app, Alice, "I pay people", cancellation);
        var id = (await Requests.ListAsync(false, cancellation)).Single().Id;

        (await RunAsync("access", "requests", "list", "--store", file)).Should().Be((0, $"{id}  pending   2026-01-01 00:00Z  hr  alice@corp.test (Alice)\n              I pay people\n", ""));
        (await RunAsync("access", "requests", "approve", id, "--store", file)).Should().Be((0, $"{id}: approved\n", ""));
        (await RunAsync("access", "requests", "deny", id, "--store", file)).Should().Be((2, "", $"'{id}' was decided on already; 'access requests list --all' tells how\n"));
        (await RunAsync("access", "requests", "approve", "x", "--store", file)).Should().Be((2, "", "'x' is no request; 'access requests list' tells their ids\n"));
        (await RunAsync("access", "requests", "list", "--store", file)).Should().Be((0, "Nobody waits for an answer.\n", ""));
        (await RunAsync("access", "requests", "list", "--all", "--store", file)).Output.Should().Contain("approved");
    }

    private async Task<PublishedApp> PublishAsync(CancellationToken cancellation)
    {
        await ApplyAsync(Apps(App("hr").Replace("passthru", "aadPreAuthentication", StringComparison.Ordinal)), cancellation);
        using var gateway = CreateGatewayThatSignsIn();
        gateway.Load();
        return gateway.Current.Apps.Single();
    }

    private CatalogueStore CreateGatewayThatSignsIn() => new(new CatalogueOptions { Store = Connection, CanSignIn = true }, Time, new RecordingLogger<CatalogueStore>());

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = await new CommandLine(static _ => Task.FromResult(7), static (_, _, _) => Task.FromResult(7), new InvocationConfiguration { Output = output, Error = error }).RunAsync(args);
        return (code, output.ToString(), error.ToString());
    }
}
