using System.Net;
using System.Text.Json.Nodes;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Audit.Storage;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.SignIn;

[CancelAfter(SignInGuard)]
public sealed class What_people_do_is_logged : SignInTest
{
    [Test]
    public async Task With_the_reference_that_the_page_shows_and_no_secret(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        var store = Path.Combine(folder.Path, "store.db");
        await StoreSchema.UpgradeAsync(StoreConnection.Parse(store), cancellation);
        var proxy = await StartSignInAsync(cancellation, options =>
        {
            options.GatewaySettings["Gateway:Store"] = store;
            options.Catalogue["conditionalAccessPolicies"] = JsonNode.Parse(
                """
                [ { "id": "closed", "displayName": "Closed", "state": "enabled",
                    "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "other" ] } },
                    "grantControls": { "builtInControls": [ "block" ] } } ]
                """)!;
        });
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);
        var denied = await browser.GoAsync(proxy.UrlOf("other"), cancellation);
        denied.Status.Should().Be(HttpStatusCode.Forbidden);
        using (var refused = await browser.FetchAsync(HttpMethod.Get, new Uri(proxy.UrlOf("app"), "/.appproxy/hand-off?id=ab&code=stolen"), cancellation))
        {
            refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        }

        var secrets = browser.Cookies.Select(static cookie => cookie.Value).ToList();
        await browser.SubmitAsync(await browser.GoAsync(new Uri(Own, "sign-out"), cancellation), cancellation);
        await proxy.StopGatewayAsync(cancellation);

        var rows = await new AuditDatabase(StoreConnection.Parse(store)).FindAsync(new AuditQuery(), cancellation);
        rows.Reverse();
        rows.Select(static row => (row.Kind, row.Outcome, row.UserName, row.App, row.Policy)).Should().Equal(
            ("SignIn", "success", "alice@corp.test", "app", null),
            ("Denial", "blocked-by-policy", "alice@corp.test", "other", "closed"),
            ("Denial", "hand-off-refused", null, "app", null),
            ("SignOut", "success", "alice@corp.test", null, null));
        rows.Should().OnlyContain(static row => row.Address == "127.0.0.1");
        denied.Body.Should().Contain(rows[1].Reference);
        secrets.Should().NotBeEmpty();
        var all = string.Join('\n', rows.Select(static row => row.Detail + row.Reference)) + string.Join('\n', Log.Entries.Select(static entry => entry.Text));
        secrets.Should().OnlyContain(secret => !all.Contains(secret, StringComparison.Ordinal));
        all.Should().NotContain("stolen").And.NotContain("gateway-secret");
        Log.Entries.Where(static entry => entry.EventId == 6501).Should().HaveCount(4);
        await using var command = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["log", "signins", "--app", "other", "--since", "1h", "--store", store], cancellation, folder.Path);
        (await command.Exited).Should().Be(0, command.Errors);
        command.Output.Should().StartWith("TIME").And.Contain("blocked-by-policy alice@corp.test other 127.0.0.1 closed " + rows[1].Reference);
        await using var json = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["log", "signins", "--reference", rows[1].Reference!, "--json", "--store", store], cancellation, folder.Path);
        JsonNode.Parse(json.Output)!["policy"]!.GetValue<string>().Should().Be("closed");
    }

    [Test]
    public async Task On_the_gateway_s_own_host_too(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);
        var page = new Uri(Own, "sign-out");

        var form = await browser.PostAsync(page, [new("token", "made up")], page, cancellation);
        var late = await browser.GoAsync(new Uri(Own, "sign-in?r=made-up"), cancellation);
        browser.Forget(static cookie => cookie.Host == "localhost");
        await browser.SubmitAsync(await browser.GoAsync(new Uri(Own, "sign-in/start?r=" + await RequestAsync(browser, proxy.UrlOf("other"), cancellation)), cancellation), cancellation, ("name", "bob"), ("password", "bob"));

        var events = Log.Entries.Where(static entry => entry.EventId == 6501).Select(static entry => entry.Text).ToList();
        form.Body.Should().Contain(ReferenceOf(events.Should().ContainSingle(static text => text.StartsWith("Denial form-refused: user 'alice@corp.test'")).Subject));
        late.Body.Should().Contain(ReferenceOf(events.Should().ContainSingle(static text => text.StartsWith("Denial sign-in-expired")).Subject));
        events.Should().ContainSingle(static text => text.StartsWith("Revocation success: user 'alice@corp.test'")).Which.Should().Contain("somebody else signed in");

        static string ReferenceOf(string text) => text.Split("reference ")[1].Split(':')[0];
    }

    /// <summary>What the host of an app asks of the gateway's own.</summary>
    private static async Task<string> RequestAsync(TestBrowser browser, Uri app, CancellationToken cancellation) =>
        (await browser.GoAsync(app, cancellation, static url => url.AbsolutePath == "/sign-in")).Way[^1].Query[3..];

    [Test]
    public async Task And_what_operators_change(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        folder.Write("apps.json", """{ "applications": [ { "id": "planner", "displayName": "Planner", "onPremisesPublishing": { "externalUrl": "https://planner.example.com/", "internalUrl": "http://planner/", "externalAuthenticationType": "passthru" } } ] }""");
        foreach (var words in (string[][])[["apply", "-f", "apps.json"], ["apply", "-f", "apps.json"], ["connectors", "token", "--group", "default", "--gateway", "https://gateway.example.com"], ["keys", "rotate"]])
        {
            await using var command = await RunningProgram.RunAsync(ProductExecutables.Gateway, [.. words, "--store", "store.db"], cancellation, folder.Path);
            (await command.Exited).Should().Be(0, command.Errors);
        }

        var rows = await new AuditDatabase(StoreConnection.Parse(Path.Combine(folder.Path, "store.db"))).FindAsync(new AuditQuery { Kind = AuditKind.Administration }, cancellation);
        rows.Reverse();
        rows.Should().OnlyContain(static row => row.User == $"{Environment.UserName}@{Environment.MachineName}");
        rows.Select(static row => row.Detail![..10]).Should().BeEquivalentTo("apply: add", "apply: add", "connectors", "keys rotat");
        rows.Should().Contain(static row => row.Detail!.Contains("planner", StringComparison.Ordinal)).And.NotContain(static row => row.Detail!.Contains("apx1_", StringComparison.Ordinal));
        await using var wrong = await RunningProgram.RunAsync(ProductExecutables.Gateway, ["log", "signins", "--since", "yesterday", "--store", "store.db"], cancellation, folder.Path);
        (await wrong.Exited).Should().Be(2);
        wrong.Errors.Trim().Should().Contain("--since 'yesterday' must be a time ago").And.NotContain("\n");
    }
}
