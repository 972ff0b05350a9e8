using System.Net;
using System.Text;
using AppProxy.Gateway.Access;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Catalogue.Policies;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.SignIn;
using FluentAssertions;

namespace AppProxy.Tests.Gateway.Access;

/// <summary>Rules as an operator writes them, and people who ask.</summary>
internal static class AccessFixture
{
    public static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly SignedInUser Alice = new()
    {
        Id = "a-1",
        Subject = "alice",
        UserPrincipalName = "alice@corp.test",
        DisplayName = "Alice",
        Groups = ["sales"],
        Roles = ["Reader"],
        Claims = [KeyValuePair.Create("country", "CH")],
    };

    /// <param name="policies">The insides of objects with id and displayName.</param>
    public static CatalogueSnapshot Read(params string[] policies)
    {
        var reading = ReadAll(policies);
        reading.Problems.Should().BeEmpty();
        return reading.Snapshot!;
    }

    public static CatalogueReading ReadAll(params string[] policies)
    {
        var texts = policies.Select((policy, index) => $$"""{ "id": "p{{index}}", "displayName": "Policy {{index}}", {{policy}} }""");
        return CatalogueReader.Read(
            Encoding.UTF8.GetBytes($$"""
                { "applications": [
                    { "id": "hr", "displayName": "HR", "appRoleAssignmentRequired": false, "onPremisesPublishing": { "externalUrl": "https://hr.example.com/", "internalUrl": "http://hr/" } },
                    { "id": "it", "displayName": "IT", "appRoleAssignmentRequired": false, "onPremisesPublishing": { "externalUrl": "https://it.example.com/", "internalUrl": "http://it/" } } ],
                  "namedLocations": [
                    { "id": "office", "displayName": "Office", "isTrusted": true, "ipRanges": [ { "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24" }, { "cidrAddress": "2001:db8::/32" } ] },
                    { "id": "cafe", "displayName": "Café", "ipRanges": [ { "cidrAddress": "198.51.100.7/32" } ] } ],
                  "conditionalAccessPolicies": [ {{string.Join(", ", texts)}} ] }
                """),
            [],
            CatalogueSnapshot.Empty,
            1);
    }

    public static AccessRequest Ask(SignedInUser? user = null, string? address = "192.0.2.7", ClientAppType client = ClientAppType.Browser, TimeSpan age = default) =>
        new(user ?? Alice, Now - age, address is null ? null : IPAddress.Parse(address), client, Now);

    /// <summary>What is decided; and that the explanation says the same.</summary>
    public static AccessDecision Decide(CatalogueSnapshot snapshot, string app, AccessRequest request)
    {
        snapshot.TryGet(app, out var published).Should().BeTrue();
        var decision = new AccessRules(snapshot).For(published!)!.Decide(request);
        var (outcome, lines) = AccessExplanation.Explain(snapshot, published!, request);
        outcome.Should().Be(decision.Outcome, "{0}", string.Join('\n', lines));
        return decision;
    }
}
