using System.Net;
using AppProxy.Gateway.Access;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Policies;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Tests.Gateway.SignIn;
using FluentAssertions;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Access;

[TestFixture]
internal sealed class ReportOnlyLogTests
{
    private const string All = """ "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "All" ] } } """;

    [Test]
    public void Each_policy_tells_once_for_each_session_and_app()
    {
        var events = new EventRecorder();
        var reports = new ReportOnlyLog(events);
        var snapshot = AccessFixture.Read(
            $$""" "state": "enabledForReportingButNotEnforced", {{All}}, "grantControls": { "builtInControls": [ "block" ] } """,
            $$""" "state": "enabledForReportingButNotEnforced", {{All}}, "grantControls": { "builtInControls": [ "mfa" ] } """);
        var rules = new AccessRules(snapshot);
        foreach (var session in (Session[])[Begin(), Begin()])
        {
            for (var request = 0; request < 5; request++)
            {
                foreach (var app in snapshot.Apps)
                {
                    rules.For(app)!.Decide(AccessFixture.Ask(session.User), policy => reports.Report(policy, app, session, IPAddress.Parse("::ffff:192.0.2.7"))).Outcome.Should().Be(AccessOutcome.Granted);
                }
            }
        }

        events.Events.Select(static told => $"{told.Kind} {told.Outcome} {told.UserName} {told.App} {told.Policy} {told.Address}").Should().BeEquivalentTo(
            (string[])[.. Told(), .. Told()], static options => options.WithoutStrictOrdering());
        events.Events.Where(static told => told.Policy == "p0").Should().OnlyContain(static told => told.Detail == "would have been turned away");

        static string[] Told() => [.. from app in (string[])["hr", "it"] from policy in (string[])["p0", "p1"] select $"Report report-only alice@corp.test {app} {policy} 192.0.2.7"];
    }

    private static Session Begin() => new(
        new SessionTicket { Id = Guid.NewGuid(), User = AccessFixture.Alice, AuthenticatedAt = AccessFixture.Now, LastSeenAt = AccessFixture.Now, ExpiresAt = AccessFixture.Now.AddHours(1) },
        TimeSpan.FromHours(1),
        new FakeTimeProvider(AccessFixture.Now));
}
