using System.Net;
using AppProxy.Gateway.Access;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Policies;
using AppProxy.Gateway.SignIn;
using CsCheck;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Access;

[TestFixture]
internal sealed class AccessExplanationTests
{
    private static readonly Gen<string> Name = OneOf("All", "a", "b", "C", "d");
    private static readonly Gen<EquatableList<string>> Names = Name.Array[0, 2].Select(static names => new EquatableList<string>(names));
    private static readonly Gen<EquatableList<string>> Places = OneOf("All", "AllTrusted", "here", "there").Array[0, 2].Select(static names => new EquatableList<string>(names));

    private static readonly Gen<PolicyConditions> Conditions =
        from people in Gen.Select(Names, Names, Names)
        from excluded in Gen.Select(Names, Names, Names)
        from apps in Gen.Select(Names, Names)
        from places in Gen.Select(Gen.Null(Places), Places)
        from clients in Gen.Null(Gen.Enum<ClientAppType>().Array[0, 2])
        from claims in Names.Array[0, 1]
        from age in Gen.Int[0, 3]
        select new PolicyConditions
        {
            IncludeUsers = people.Item1,
            IncludeGroups = people.Item2,
            IncludeRoles = people.Item3,
            ExcludeUsers = excluded.Item1,
            ExcludeGroups = excluded.Item2,
            ExcludeRoles = excluded.Item3,
            IncludeApplications = apps.Item1,
            ExcludeApplications = apps.Item2,
            IncludeLocations = places.Item1,
            ExcludeLocations = places.Item2,
            ClientAppTypes = clients is null ? null : new EquatableList<ClientAppType>(clients),
            Claims = new EquatableList<ClaimCondition>(claims.Select(static values => new ClaimCondition("claim", values))),
            SignInOlderThan = age == 0 ? null : TimeSpan.FromHours(age),
        };

    private static readonly Gen<ConditionalAccessPolicy> Policy =
        from conditions in Conditions
        from state in Gen.Enum<PolicyState>()
        from control in Gen.Int[0, 3]
        select new ConditionalAccessPolicy
        {
            Id = "p",
            DisplayName = "P",
            State = state,
            Conditions = conditions,
            Blocks = control == 0,
            NeedsTwoSteps = control is 1 or 3,
            MaxSignInAge = control is 2 or 3 ? TimeSpan.FromHours(2) : null,
        };

    private static readonly Gen<PublishedApp> App =
        from isRequired in Gen.Bool
        from assigned in Gen.Select(Name, Gen.Enum<PrincipalType>()).Array[0, 2]
        select new PublishedApp
        {
            Id = "a",
            DisplayName = "A",
            ConnectorGroup = "default",
            ExternalAuthenticationType = ExternalAuthenticationType.AadPreAuthentication,
            ExternalUrl = AppUrl.Parse("https://a.example.com/"),
            InternalUrl = AppUrl.Parse("http://a/"),
            ApplicationServerTimeout = TimeSpan.FromSeconds(85),
            Relay = new RelaySettings(),
            IsTranslateHostHeaderEnabled = true,
            IsBackendCertificateValidationEnabled = true,
            SettingsVersion = 1,
            AppRoleAssignmentRequired = isRequired,
            AppRoleAssignedTo = new EquatableList<AppRoleAssignment>(assigned.Select(static who => new AppRoleAssignment(who.Item1, who.Item2, AppRoleAssignment.DefaultAccess, null))),
        };

    private static readonly Gen<AccessRequest> Request =
        from names in Name.Array[2]
        from groups in Name.Array[0, 2]
        from roles in Name.Array[0, 1]
        from claims in Name.Array[0, 1]
        from flags in Gen.Select(Gen.Bool, Gen.Bool)
        from address in OneOf("192.0.2.1", "198.51.100.1", "203.0.113.1")
        from client in Gen.Enum<ClientAppType>()
        from age in Gen.Int[0, 4]
        select new AccessRequest(
            new SignedInUser
            {
                Id = names[0],
                Subject = names[0],
                UserPrincipalName = names[1],
                DisplayName = names[1],
                Groups = groups,
                Roles = roles,
                IsServicePrincipal = flags.Item1,
                AuthenticationMethods = flags.Item2 ? ["mfa"] : [],
                Claims = [.. claims.Select(static value => KeyValuePair.Create("claim", value))],
            },
            AccessFixture.Now - TimeSpan.FromHours(age),
            IPAddress.Parse(address),
            client,
            AccessFixture.Now);

    private static readonly EquatableList<NamedLocation> Locations = new(
    [
        new NamedLocation("here", "Here", IsTrusted: true, new EquatableList<IPNetwork>([IPNetwork.Parse("192.0.2.0/24")])),
        new NamedLocation("there", "There", IsTrusted: false, new EquatableList<IPNetwork>([IPNetwork.Parse("198.51.100.0/24")])),
    ]);

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    [Test]
    public void It_agrees_with_what_is_decided() => Gen.Select(App, Policy.Array[0, 4], Request).Sample(
        (app, policies, request) =>
        {
            var snapshot = new CatalogueSnapshot(1, [], [app], []) { Policies = new AccessPolicies(new EquatableList<ConditionalAccessPolicy>(policies), Locations) };
            return new AccessRules(snapshot).For(app)!.Decide(request).Outcome == AccessExplanation.Explain(snapshot, app, request).Outcome;
        },
        iter: 20_000);

    [Test]
    public void It_names_the_rule_and_the_reason()
    {
        var snapshot = AccessFixture.Read(
            """ "state": "enabled", "conditions": { "users": { "includeGroups": [ "vpn" ] }, "applications": { "includeApplications": [ "All" ] } }, "grantControls": { "builtInControls": [ "block" ] }""",
            """ "state": "enabled", "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "hr" ] } }, "grantControls": { "builtInControls": [ "mfa" ] }""");
        snapshot.TryGet("hr", out var app);

        var (outcome, lines) = AccessExplanation.Explain(snapshot, app!, AccessFixture.Ask());

        outcome.Should().Be(AccessOutcome.StepUp);
        lines.Should().Equal("assignment: not required", "policy p0: does not mean this person", "policy p1: asks for two-step verification");
    }
}
