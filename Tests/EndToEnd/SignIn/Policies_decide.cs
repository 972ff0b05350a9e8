using System.Net;
using System.Text.Json.Nodes;
using System.Web;
using AppProxy.Testing;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.SignIn;

[CancelAfter(SignInGuard)]
public sealed class Policies_decide : SignInTest
{
    private const string Acr = "Gateway:SignIn:TwoStepsAcr";
    private const string Hourly = """ "sessionControls": { "signInFrequency": { "isEnabled": true, "type": "hours", "value": 1 } }""";

    [Test]
    public async Task Two_steps_are_asked_for_at_the_provider_and_people_come_back_to_where_they_were(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, options =>
        {
            options.GatewaySettings[Acr] = "urn:mfa";
            options.Catalogue["conditionalAccessPolicies"] = Policy(""" "grantControls": { "builtInControls": [ "mfa" ] }""");
        });
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);
        var wanted = new Uri(proxy.UrlOf("other"), "secret?x=1");

        var script = await browser.FetchAsync(HttpMethod.Get, wanted, cancellation, ("Accept", "application/json"));
        script.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        var page = await SignInAsync(browser, wanted, "alice", cancellation);

        page.Url.Should().Be(wanted);
        page.Status.Should().Be(HttpStatusCode.OK, page.Body);
        SessionsOf(proxy).All.Should().ContainSingle().Which.User.AuthenticationMethods.Should().Contain("mfa");
        (await browser.GoAsync(proxy.UrlOf("app"), cancellation)).Way.Should().ContainSingle("the session of the other app is the same");
    }

    [Test]
    public async Task A_provider_that_does_not_do_it_is_told_and_not_asked_forever(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, options =>
        {
            // The provider takes it for a wish that it knows nothing of.
            options.GatewaySettings["Gateway:SignIn:Claims:Id"] = "sub";
            options.Catalogue["conditionalAccessPolicies"] = Policy(""" "grantControls": { "builtInControls": [ "mfa" ] }""");
        });
        using var browser = new TestBrowser();

        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);
        var page = await SignInAsync(browser, proxy.UrlOf("other"), "alice", cancellation);

        page.Url.Host.Should().Be("gateway.localhost");
        page.Status.Should().Be(HttpStatusCode.Forbidden);
        page.Body.Should().Contain("step-up-failed");
    }

    [TestCase(true, TestName = "A_new_sign_in_is_asked_for_and_no_old_one_passes_for_it")]
    [TestCase(false, TestName = "A_sign_in_of_which_the_provider_does_not_say_when_passes_for_no_new_one")]
    public async Task A_new_sign_in_is_asked_for(bool isTold, CancellationToken cancellation)
    {
        ProviderTakesPushedRequests = false;
        ProviderTakesClaimsRequests = false;
        var proxy = await StartSignInAsync(cancellation, options =>
        {
            ScopeTo(options, isTold ? "profile" : "email");
            options.Catalogue["conditionalAccessPolicies"] = Policy(Hourly);
        });
        using var browser = new TestBrowser();
        var wanted = new Uri(proxy.UrlOf("other"), "secret?x=1");
        var form = await browser.GoAsync(proxy.UrlOf("app"), cancellation);
        (await browser.SubmitAsync(form, cancellation, ("name", "alice"), ("password", "alice"), ("ago", "7200"))).Status.Should().Be(HttpStatusCode.OK);

        // The provider knows her still, and asks only because it is told to: by what her browser carries there.
        var asked = (await browser.GoAsync(wanted, cancellation, static url => url.Host == "localhost")).Way[^1];
        var query = HttpUtility.ParseQueryString(asked.Query);
        (query["prompt"], query["max_age"]).Should().Be(("login", "0"));
        query.Remove("prompt");
        query.Remove("max_age");
        var stripped = await browser.GoAsync(new UriBuilder(asked) { Query = query.ToString() }.Uri, cancellation);

        stripped.Url.Host.Should().Be("gateway.localhost", stripped.Body);
        stripped.Status.Should().Be(HttpStatusCode.Forbidden);
        stripped.Body.Should().Contain("step-up-failed");
        var page = await SignInAsync(browser, wanted, "alice", cancellation);
        page.Status.Should().Be(HttpStatusCode.OK, page.Body);
        page.Url.Should().Be(wanted);
    }

    [Test]
    public async Task A_provider_that_says_when_only_to_who_asks_asks_nobody_for_a_password_twice(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, options =>
        {
            ScopeTo(options, "email");
            options.Catalogue["conditionalAccessPolicies"] = Policy(Hourly);
        });
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);

        var page = await browser.GoAsync(proxy.UrlOf("other"), cancellation);

        page.Url.Should().Be(proxy.UrlOf("other"), page.Body);
        page.Status.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task What_is_known_of_a_sign_in_is_not_forgotten_for_an_answer_that_does_not_say(CancellationToken cancellation)
    {
        ProviderTakesPushedRequests = false;
        ProviderTakesClaimsRequests = false;
        var proxy = await StartSignInAsync(cancellation, options =>
        {
            ScopeTo(options, "email");
            options.GatewaySettings[Acr] = "urn:mfa";
            options.Publish("strong", EchoAsync);
            options.Catalogue["conditionalAccessPolicies"] = new JsonArray(
                Policy(Hourly)[0]!.DeepClone(),
                JsonNode.Parse("""
                    { "id": "two", "displayName": "Two steps", "state": "enabled", "grantControls": { "builtInControls": [ "mfa" ] },
                      "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "strong" ] } } }
                    """));
        });
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);
        (await SignInAsync(browser, proxy.UrlOf("other"), "alice", cancellation)).Status.Should().Be(HttpStatusCode.OK, "asked anew, the provider says when");

        // The provider answers at once, since it knows her, but not when; then the gateway asks for two steps by a new sign-in, and she thinks better of it.
        var asked = await browser.GoAsync(proxy.UrlOf("strong"), cancellation, static url => url.Host == "localhost" && url.Query.Contains("prompt=login", StringComparison.Ordinal));
        asked.Way.Should().Contain(static url => url.AbsolutePath == "/sign-in/callback");
        var page = await browser.GoAsync(proxy.UrlOf("other"), cancellation);

        page.Url.Should().Be(proxy.UrlOf("other"), page.Body);
        page.Way.Should().ContainSingle("the session is as good as it was");
    }

    [Test]
    public async Task A_block_is_a_page_that_says_what_to_ask_for_and_a_report_only_policy_is_none(CancellationToken cancellation)
    {
        var blocking = Policy(""" "grantControls": { "builtInControls": [ "block" ] }""");
        var proxy = await StartSignInAsync(cancellation, options => options.Catalogue["conditionalAccessPolicies"] = blocking);
        using var browser = new TestBrowser();

        (await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation)).Status.Should().Be(HttpStatusCode.OK);
        var page = await browser.GoAsync(proxy.UrlOf("other"), cancellation);

        page.Status.Should().Be(HttpStatusCode.Forbidden);
        page.Error.Should().Be("blocked-by-policy");
        page.Body.Should().Contain("Only here").And.Contain("alice@corp.test").And.Contain("other");
        await browser.GoAsync(proxy.UrlOf("app"), cancellation);
        Log.Entries.Where(static entry => entry.EventId == 6501 && entry.Text.StartsWith("Report report-only", StringComparison.Ordinal)).Should().ContainSingle("however many requests there are")
            .Which.Text.Should().Contain("app 'app'").And.Contain("policy 'trial'");
    }

    /// <summary>With profile the provider says when it saw somebody to everybody.</summary>
    private static void ScopeTo(TestEnvironmentOptions options, string scope)
    {
        options.GatewaySettings["Gateway:SignIn:Scopes:0"] = "openid";
        options.GatewaySettings["Gateway:SignIn:Scopes:1"] = scope;
    }

    private static JsonNode Policy(string controls) => JsonNode.Parse($$"""
        [ { "id": "rule", "displayName": "Only here", "state": "enabled",
            "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "other" ] } }, {{controls}} },
          { "id": "trial", "displayName": "Trial", "state": "enabledForReportingButNotEnforced",
            "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "All" ] } }, "grantControls": { "builtInControls": [ "block" ] } } ]
        """)!;
}
