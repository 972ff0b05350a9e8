using AppProxy.Gateway.Access;
using AppProxy.Gateway.Catalogue.Policies;
using FluentAssertions;
using NUnit.Framework;
using static AppProxy.Tests.Gateway.Access.AccessFixture;

namespace AppProxy.Tests.Gateway.Access;

/// <summary>The truth table: each condition and each control, met and not met.</summary>
[TestFixture]
internal sealed class PolicyTests
{
    private const string Block = """ "state": "enabled", "grantControls": { "builtInControls": [ "block" ] }""";
    private const string Everybody = """ "includeUsers": [ "All" ] """;
    private const string Everything = """ "includeApplications": [ "All" ] """;

    [TestCase(Everybody, true)]
    [TestCase(""" "includeUsers": [ "A-1" ] """, true)]
    [TestCase(""" "includeUsers": [ "alice@corp.test" ] """, true)]
    [TestCase(""" "includeUsers": [ "bob" ] """, false)]
    [TestCase(""" "includeGroups": [ "SALES" ] """, true)]
    [TestCase(""" "includeGroups": [ "vpn" ] """, false)]
    [TestCase(""" "includeRoles": [ "Reader" ] """, true)]
    [TestCase(""" "includeRoles": [ "Writer" ] """, false)]
    [TestCase(""" "includeUsers": [ "bob" ], "includeGroups": [ "sales" ] """, true)]
    [TestCase(""" "includeUsers": [ "All" ], "excludeUsers": [ "a-1" ] """, false)]
    [TestCase(""" "includeUsers": [ "All" ], "excludeGroups": [ "sales" ] """, false)]
    [TestCase(""" "includeUsers": [ "All" ], "excludeRoles": [ "Reader" ] """, false)]
    [TestCase(""" "includeUsers": [ "All" ], "excludeUsers": [ "bob" ] """, true)]
    public void Who(string users, bool isMeant) => IsBlocked(users, Everything, "").Should().Be(isMeant);

    [TestCase(""" "includeApplications": [ "All" ] """, true)]
    [TestCase(""" "includeApplications": [ "hr" ] """, true)]
    [TestCase(""" "includeApplications": [ "it" ] """, false)]
    [TestCase(""" "includeApplications": [ "All" ], "excludeApplications": [ "HR" ] """, false)]
    [TestCase(""" "includeApplications": [ "All" ], "excludeApplications": [ "it" ] """, true)]
    public void What(string apps, bool isMeant) => IsBlocked(Everybody, apps, "").Should().Be(isMeant);

    [TestCase(""" "includeLocations": [ "office" ] """, "192.0.2.7", true)]
    [TestCase(""" "includeLocations": [ "office" ] """, "::ffff:192.0.2.7", true)]
    [TestCase(""" "includeLocations": [ "office" ] """, "2001:db8::1", true)]
    [TestCase(""" "includeLocations": [ "office" ] """, "192.0.3.7", false)]
    [TestCase(""" "includeLocations": [ "AllTrusted" ] """, "192.0.2.7", true)]
    [TestCase(""" "includeLocations": [ "AllTrusted" ] """, "198.51.100.7", false)]
    [TestCase(""" "includeLocations": [ "All" ], "excludeLocations": [ "AllTrusted" ] """, "192.0.2.7", false)]
    [TestCase(""" "includeLocations": [ "All" ], "excludeLocations": [ "AllTrusted" ] """, "198.51.100.7", true)]
    [TestCase(""" "includeLocations": [ "All" ], "excludeLocations": [ "AllTrusted" ] """, null, true)]
    [TestCase(""" "includeLocations": [ "office" ] """, null, false)]
    public void Where(string locations, string? address, bool isMeant)
        => IsBlocked(Everybody, Everything, $$""", "locations": { {{locations}} }""", Ask(address: address)).Should().Be(isMeant);

    [TestCase("all", ClientAppType.Browser, true)]
    [TestCase("browser", ClientAppType.Browser, true)]
    [TestCase("browser", ClientAppType.MobileAppsAndDesktopClients, false)]
    [TestCase("mobileAppsAndDesktopClients", ClientAppType.MobileAppsAndDesktopClients, true)]
    [TestCase("other", ClientAppType.Other, true)]
    [TestCase("other", ClientAppType.Browser, false)]
    public void With_what(string client, ClientAppType used, bool isMeant)
        => IsBlocked(Everybody, Everything, $$""", "clientAppTypes": [ "{{client}}" ]""", Ask(client: used)).Should().Be(isMeant);

    [TestCase("""{ "type": "country", "values": [ "ch", "li" ] }""", true)]
    [TestCase("""{ "type": "country", "values": [ "DE" ] }""", false)]
    [TestCase("""{ "type": "department", "values": [ "CH" ] }""", false)]
    [TestCase("""{ "type": "country", "values": [ "CH" ] }, { "type": "department", "values": [ "x" ] }""", false)]
    public void Saying_what_of_themselves(string claims, bool isMeant)
        => IsBlocked(Everybody, Everything, $$""", "relay": { "claims": [ {{claims}} ] }""").Should().Be(isMeant);

    [TestCase(7, false)]
    [TestCase(8, true)]
    [TestCase(9, true)]
    public void Signed_in_how_long_ago(int hours, bool isMeant)
        => IsBlocked(Everybody, Everything, """, "relay": { "signInOlderThan": "08:00:00" }""", Ask(age: TimeSpan.FromHours(hours))).Should().Be(isMeant);

    [TestCase("enabled", AccessOutcome.Blocked)]
    [TestCase("disabled", AccessOutcome.Granted)]
    [TestCase("enabledForReportingButNotEnforced", AccessOutcome.Granted)]
    public void In_which_state(string state, AccessOutcome outcome)
        => Decide(Read(Policy(Everybody, Everything, "", Block.Replace("enabled", state, StringComparison.Ordinal))), "hr", Ask()).Outcome.Should().Be(outcome);

    [TestCase(false, AccessOutcome.StepUp)]
    [TestCase(true, AccessOutcome.Granted)]
    public void Two_steps_are_asked_for(bool has, AccessOutcome outcome)
    {
        var decision = Decide(Read(Policy(Everybody, Everything, "", """ "state": "enabled", "grantControls": { "operator": "OR", "builtInControls": [ "mfa" ] }""")), "hr", Ask(Alice with { AuthenticationMethods = has ? ["pwd", "mfa"] : ["pwd"] }));

        decision.Outcome.Should().Be(outcome);
        decision.NeedsTwoSteps.Should().Be(!has);
    }

    [TestCase("""{ "isEnabled": true, "type": "hours", "value": 4 }""", 4, AccessOutcome.Granted)]
    [TestCase("""{ "isEnabled": true, "type": "hours", "value": 4 }""", 5, AccessOutcome.StepUp)]
    [TestCase("""{ "isEnabled": true, "type": "days", "value": 1 }""", 23, AccessOutcome.Granted)]
    [TestCase("""{ "isEnabled": true, "type": "days", "value": 1 }""", 25, AccessOutcome.StepUp)]
    [TestCase("""{ "isEnabled": true, "frequencyInterval": "everyTime" }""", 0, AccessOutcome.Granted)]
    [TestCase("""{ "isEnabled": true, "frequencyInterval": "everyTime" }""", 1, AccessOutcome.StepUp)]
    public void A_new_sign_in_is_asked_for(string frequency, int hours, AccessOutcome outcome)
        => Decide(Read(Policy(Everybody, Everything, "", $$""" "state": "enabled", "sessionControls": { "signInFrequency": {{frequency}} }""")), "hr", Ask(age: TimeSpan.FromHours(hours))).Outcome.Should().Be(outcome);

    [Test]
    public void All_that_policies_ask_for_is_asked_for_at_once_and_a_block_goes_before()
    {
        var mfa = Policy(Everybody, Everything, "", """ "state": "enabled", "grantControls": { "builtInControls": [ "mfa" ] }""");
        var four = Policy(Everybody, Everything, "", """ "state": "enabled", "sessionControls": { "signInFrequency": { "isEnabled": true, "type": "hours", "value": 4 } }""");
        var two = four.Replace("4", "2", StringComparison.Ordinal);

        var asked = Decide(Read(mfa, four, two), "hr", Ask(age: TimeSpan.FromHours(5)));
        asked.Should().BeEquivalentTo(new { Outcome = AccessOutcome.StepUp, NeedsTwoSteps = true, MaxSignInAge = TimeSpan.FromHours(2) });
        asked.Policy!.Id.Should().Be("p0");
        Decide(Read(mfa, Policy(Everybody, Everything, "", Block)), "hr", Ask()).Outcome.Should().Be(AccessOutcome.Blocked);
    }

    [TestCase(""" "state": "on", "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "All" ] } }, "grantControls": { "builtInControls": [ "mfa" ] }""", "*must be enabled, disabled*")]
    [TestCase(""" "state": "enabled", "grantControls": { "builtInControls": [ "mfa" ] }""", "*must say who and what is meant*")]
    [TestCase(""" "state": "enabled", "conditions": { "users": { }, "applications": { "includeApplications": [ "All" ] } }, "grantControls": { "builtInControls": [ "mfa" ] }""", "*means nobody*")]
    [TestCase(""" "state": "enabled", "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "hrr" ] } }, "grantControls": { "builtInControls": [ "mfa" ] }""", "*'hrr' is the id of no app. Did you mean 'hr'?*")]
    [TestCase(""" "state": "enabled", "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "All" ] }, "locations": { "includeLocations": [ "home" ] } }, "grantControls": { "builtInControls": [ "mfa" ] }""", "*'home' is the id of no location*")]
    [TestCase(""" "state": "enabled", "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "All" ] } }, "grantControls": { "builtInControls": [ "compliantDevice" ] }""", "*'compliantDevice' cannot be told here*")]
    [TestCase(""" "state": "enabled", "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "All" ] } }""", "*asks for nothing*")]
    [TestCase(""" "state": "enabled", "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "All" ] } }, "grantControls": { "builtInControls": [ "block", "mfa" ] }""", "*block stands alone*")]
    public void What_would_not_do_what_it_seems_to_is_a_mistake(string policy, string problem)
        => ReadAll(policy).Problems.Should().ContainSingle().Which.ToString().Should().Match(problem);

    private static bool IsBlocked(string users, string apps, string more, AccessRequest? request = null)
        => Decide(Read(Policy(users, apps, more, Block)), "hr", request ?? Ask()).Outcome == AccessOutcome.Blocked;

    private static string Policy(string users, string apps, string more, string rest)
        => $$""" "conditions": { "users": { {{users}} }, "applications": { {{apps}} }{{more}} }, {{rest}}""";
}
