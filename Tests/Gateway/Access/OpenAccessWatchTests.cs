using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Access;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.Relay;
using AppProxy.Gateway.SignIn;
using AppProxy.Tests.Diagnostics;
using AppProxy.Tests.EndToEnd.Hosting;
using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Access;

/// <summary>What is open already when assignments and policies change.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class OpenAccessWatchTests
{
    private static readonly string[] People = ["alice", "bob"];

    [TestCase("""[ { "principalId": "bob", "principalType": "User" } ]""", "[]", TestName = "An_assignment_that_is_taken_away_ends_what_its_person_has_open")]
    [TestCase(
        """[ { "principalId": "bob", "principalType": "User" }, { "principalId": "alice", "principalType": "User" } ]""",
        """
        [ { "id": "no-alice", "displayName": "No Alice", "state": "enabled", "grantControls": { "builtInControls": [ "block" ] },
            "conditions": { "users": { "includeUsers": [ "alice" ] }, "applications": { "includeApplications": [ "All" ] } } },
          { "id": "fresh", "displayName": "Fresh", "state": "enabled", "sessionControls": { "signInFrequency": { "isEnabled": true, "type": "hours", "value": 1 } },
            "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "All" ] } } } ]
        """,
        TestName = "A_policy_that_blocks_ends_what_its_person_has_open_and_old_age_does_not")]
    public async Task Ends(string assigned, string policies, CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("apps.json", Apps("""[ { "principalId": "alice", "principalType": "User" }, { "principalId": "bob", "principalType": "User" } ]""", "[]"));
        using var catalogue = new CatalogueStore(
            new CatalogueOptions { Path = Path.Combine(folder.Path, "apps.json"), CanSignIn = true }, TimeProvider.System, NullLogger<CatalogueStore>.Instance);
        await catalogue.StartAsync(cancellation);
        using var recorder = new InstrumentRecorder(GatewayMeter.MeterName);
        var group = new GroupRelay("default", new WindowBudget(new WindowOptions()), new GatewayMeter(recorder.Meters), TimeProvider.System, NullLogger<GroupRelay>.Instance);
        var groups = new GroupRelays();
        groups.TryAdd(group).Should().BeTrue();
        catalogue.Current.TryGet("app", out var app).Should().BeTrue();
        var open = People.Select(name => new GatewayExchange(group, app!, FrameFlags.Upgrade, TimeProvider.System) { Admission = new Person(name) }).ToList();
        open.ForEach(group.Add);
        using var watch = new OpenAccessWatch(catalogue, groups, new Authorization(catalogue, null!, new SignInOptions(), new Nowhere(), TimeProvider.System));
        await watch.StartAsync(cancellation);

        folder.Write("apps.json", Apps(assigned, policies));

        while (open[0].EndedBy is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellation);
        }

        open[0].EndedBy.Should().Be(ExchangeFailure.AccessRevoked);
        open[1].EndedBy.Should().BeNull();
        await watch.StopAsync(cancellation);
        await catalogue.StopAsync(cancellation);
        open.ForEach(static exchange => exchange.Dispose());
    }

    private static string Apps(string assigned, string policies) => $$"""
        { "applications": [ { "id": "app", "displayName": "App", "appRoleAssignmentRequired": true, "appRoleAssignedTo": {{assigned}}, "onPremisesPublishing": {
            "externalUrl": "https://app.example.com/", "internalUrl": "http://app/", "externalAuthenticationType": "aadPreAuthentication" } } ],
          "conditionalAccessPolicies": {{policies}} }
        """;

    private sealed class Nowhere : IAuditLog
    {
        public void Write(AuditEvent what)
        {
        }
    }

    private sealed class Person(string name) : ICaller
    {
        public SignedInUser User { get; } = new() { Id = name, Subject = name, UserPrincipalName = name, DisplayName = name };

        public DateTimeOffset AuthenticatedAt => TimeProvider.System.GetUtcNow().AddHours(-5);

        public bool IsBrowser => true;

        public bool IsOver => false;

        public void Using()
        {
        }
    }
}
