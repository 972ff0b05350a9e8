using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.Storage;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.DataProtection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Catalogue;

/// <summary><c>access explain</c> as administrators run it, on an apps file and on a store that has the same.</summary>
[TestFixture]
[CancelAfter(90_000)]
internal sealed class Access_is_explained
{
    private const string Apps = """
        {
          "namedLocations": [
            { "id": "office", "displayName": "Office", "isTrusted": true, "ipRanges": [ { "cidrAddress": "192.0.2.0/24" }, { "cidrAddress": "2001:db8::/32" } ] }
          ],
          "conditionalAccessPolicies": [
            { "id": "no-programs", "displayName": "No programs", "state": "enabled",
              "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "planner" ] }, "clientAppTypes": [ "other" ] },
              "grantControls": { "builtInControls": [ "block" ] } },
            { "id": "two-steps-outside", "displayName": "Two steps outside the office", "state": "enabled",
              "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "All" ] },
                "locations": { "includeLocations": [ "All" ], "excludeLocations": [ "AllTrusted" ] } },
              "grantControls": { "builtInControls": [ "mfa" ] } },
            { "id": "watched", "displayName": "Watched", "state": "enabledForReportingButNotEnforced",
              "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "All" ] }, "relay": { "claims": [ { "type": "country", "values": [ "CH" ] } ] } },
              "grantControls": { "builtInControls": [ "block" ] } },
            { "id": "daily", "displayName": "Daily", "state": "enabled",
              "conditions": { "users": { "includeRoles": [ "Boss" ] }, "applications": { "includeApplications": [ "All" ] } },
              "sessionControls": { "signInFrequency": { "isEnabled": true, "type": "hours", "value": 8 } } }
          ],
          "applications": [
            { "id": "planner", "displayName": "Holiday planner", "appRoleAssignmentRequired": true,
              "appRoleAssignedTo": [ { "principalId": "sales", "principalType": "Group" }, { "principalId": "robot", "principalType": "ServicePrincipal" } ],
              "onPremisesPublishing": { "externalUrl": "https://planner.example.com/", "internalUrl": "http://planner.corp/" } },
            { "id": "open", "displayName": "Open", "onPremisesPublishing": { "externalUrl": "https://open.example.com/", "internalUrl": "http://open.corp/", "externalAuthenticationType": "passthru" } }
          ]
        }
        """;

    [Test]
    public async Task Each_answer_is_the_same_from_a_file_and_from_a_store([Values] bool isStored, CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("published.json", Apps);
        string[] where = isStored ? ["--store", "kept.db"] : ["-f", "published.json"];
        if (isStored)
        {
            await using var apply = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["apply", "-f", "published.json", "--store", "kept.db"], cancellation, folder.Path);
            (await apply.Exited).Should().Be(0, apply.Errors);
        }

        await ExpectAsync(1, ["--user", "ada@example.com", "--ip", "192.0.2.7"], "assignment: nobody assigned ada@example.com, nor a group of theirs", "may not: not assigned");
        await ExpectAsync(
            0, ["--user", "ada@example.com", "--group", "staff", "sales", "--ip", "192.0.2.7"],
            "assignment: as Group sales", "policy no-programs: does not mean clients of the kind Browser", "policy two-steps-outside: leaves this place out",
            "policy watched: asks for another country", "policy daily: does not mean this person", "ada@example.com and Holiday planner: may open it");
        await ExpectAsync(0, ["--user", "ada@example.com", "--group", "sales", "--ip", "2001:db8::7"], "policy two-steps-outside: leaves this place out");
        await ExpectAsync(1, ["--user", "ada@example.com", "--group", "sales", "--ip", "198.51.100.1"], "policy two-steps-outside: asks for two-step verification", "must sign in more strongly, or again");
        await ExpectAsync(
            0, ["--user", "ada@example.com", "--group", "sales", "--ip", "198.51.100.1", "--mfa", "--claim", "country=CH"],
            "policy two-steps-outside: is satisfied", "policy watched: turns them away (report-only: no effect)", "may open it");
        await ExpectAsync(1, ["--user", "robot", "--client", "other", "--ip", "192.0.2.7"], "assignment: as ServicePrincipal robot", "policy no-programs: turns them away", "may not: blocked");
        await ExpectAsync(
            1, ["--user", "ada@example.com", "--group", "sales", "--role", "Boss", "--ip", "192.0.2.7", "--sign-in-age", "09:00:00"],
            "policy daily: asks for a sign-in of the last 08:00:00", "must sign in more strongly, or again");
        await ExpectAsync(0, ["--user", "ada@example.com", "--app", "open"], "Open is open: everybody who reaches the gateway may open it.");

        async Task ExpectAsync(int code, string[] arguments, params string[] lines)
        {
            string[] app = arguments.Contains("--app") ? [] : ["--app", "planner"];
            await using var explain = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["access", "explain", .. app, .. arguments, .. where], cancellation, folder.Path);
            (await explain.Exited).Should().Be(code, explain.Output + explain.Errors);
            explain.Errors.Should().BeEmpty();
            foreach (var line in lines)
            {
                explain.Output.Split('\n').Should().Contain(said => said.EndsWith(line, StringComparison.Ordinal), explain.Output);
            }
        }
    }

    [Test]
    public async Task Whom_the_store_knows_nobody_has_to_describe(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("published.json", Apps);
        await RunAsync(0, "apply", "-f", "published.json");
        await RunAsync(0, "users", "groups", "add", "sales");
        await RunAsync(0, "users", "add", "ada@example.com", "--group", "sales");

        (await RunAsync(0, "access", "explain", "--user", "Ada@example.com", "--app", "planner", "--ip", "192.0.2.7")).Should().StartWith(
            "ada@example.com: as the directory has them, not signed in; groups: sales; roles: none; not in two steps").And.Contain("assignment: as Group sales");
        (await RunAsync(1, "access", "explain", "--user", "ada@example.com", "--group", "staff", "--app", "planner", "--ip", "192.0.2.7")).Should().Contain("groups: staff");

        // A provider of somebody else's says who he is; nine hours ago is too long for a boss.
        var signedIn = TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(9);
        await new StoredSessions(StoreConnection.Parse(Path.Combine(folder.Path, "kept.db")), new EphemeralDataProtectionProvider()).AddAsync(
            new SessionTicket
            {
                Id = Guid.NewGuid(),
                User = new SignedInUser
                {
                    Id = "0b",
                    Subject = "b",
                    UserPrincipalName = "bob@example.com",
                    DisplayName = "Bob",
                    Groups = ["sales"],
                    Roles = ["Boss"],
                    AuthenticationMethods = ["pwd", TwoSteps.Method],
                    Claims = [KeyValuePair.Create("country", "CH")],
                },
                AuthenticatedAt = signedIn,
                LastSeenAt = signedIn,
                ExpiresAt = signedIn + TimeSpan.FromHours(12),
            },
            cancellation);
        (await RunAsync(1, "access", "explain", "--user", "bob@example.com", "--app", "planner")).Should().StartWith(
            $"bob@example.com: as of the sign-in at {signedIn:u}; groups: sales; roles: Boss; in two steps")
            .And.Contain("policy two-steps-outside: is satisfied").And.Contain("policy watched: turns them away").And.Contain("policy daily: asks for a sign-in of the last 08:00:00");
        (await RunAsync(0, "access", "explain", "--user", "0b", "--app", "planner", "--sign-in-age", "00:10:00")).Should().Contain("may open it");
        (await RunAsync(1, "access", "explain", "--user", "carol@example.com", "--app", "planner")).Should().StartWith(
            "carol@example.com: not known to the store, so only what was said here counts; groups: none");

        async Task<string> RunAsync(int code, params string[] arguments)
        {
            await using var program = await RunningProgram.RunAsync(ProductExecutables.Gateway, [.. arguments, "--store", "kept.db"], cancellation, folder.Path);
            (await program.Exited).Should().Be(code, program.Output + program.Errors);
            return program.Output;
        }
    }

    [TestCase(new[] { "--user", "ada", "--app", "plannr", "-f", "published.json" }, "--app 'plannr' is the id of no app. Did you mean 'planner'?")]
    [TestCase(new[] { "--user", "ada", "--app", "planner", "-f", "published.json", "--ip", "office" }, "--ip 'office' is no address")]
    [TestCase(new[] { "--user", "ada", "--app", "planner", "-f", "published.json", "--claim", "country" }, "--claim 'country' must be type=value")]
    [TestCase(new[] { "--user", "ada", "--app", "planner", "-f", "published.json", "--client", "fax" }, "fax")]
    [TestCase(new[] { "--app", "planner", "-f", "published.json" }, "--user")]
    [TestCase(new[] { "--user", "ada", "--app", "planner", "-f", "none.json" }, "none.json")]
    [TestCase(new[] { "--user", "ada", "--app", "planner", "--store", "none.db" }, "none.db: there is no store, so no app is published")]
    public async Task What_cannot_be_explained_is_one_line(string[] arguments, string because, CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("published.json", Apps);

        await using var explain = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["access", "explain", .. arguments], cancellation, folder.Path);

        (await explain.Exited).Should().Be(2, explain.Output + explain.Errors);
        explain.Errors.Trim().Should().Contain(because).And.NotContain("\n");
        File.Exists(Path.Combine(folder.Path, "none.db")).Should().BeFalse();
    }

    [Test]
    public async Task Where_nothing_is_named_it_reads_what_the_gateway_does(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("apps.json", Apps);

        await using var explain = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["access", "explain", "--user", "ada", "--app", "open"], cancellation, folder.Path);

        (await explain.Exited).Should().Be(0, explain.Errors);
        explain.Output.Should().StartWith("Open is open");
    }
}
