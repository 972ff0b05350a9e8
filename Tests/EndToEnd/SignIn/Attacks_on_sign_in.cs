using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using System.Web;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.SignIn;

[CancelAfter(SignInGuard)]
public sealed class Attacks_on_sign_in : SignInTest
{
    private const string HandOff = "/.appproxy/hand-off";

    [Test]
    public async Task A_code_that_was_stolen_is_of_no_use_to_another_browser_nor_afterwards(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var victim = new TestBrowser();
        using var thief = new TestBrowser();
        await SignInAsync(victim, proxy.UrlOf("app"), "alice", cancellation);
        var stopped = await victim.GoAsync(proxy.UrlOf("other"), cancellation, until: url => url.AbsolutePath == HandOff);
        await thief.GoAsync(proxy.UrlOf("other"), cancellation, until: url => url.Host == "localhost");
        var code = stopped.Way[^1];

        var stolen = await thief.GoAsync(code, cancellation);
        var replayed = await victim.GoAsync(code, cancellation);

        stolen.Error.Should().Be("hand-off-refused");
        replayed.Error.Should().Be("hand-off-refused");
        foreach (var browser in (TestBrowser[])[thief, victim])
        {
            browser.Cookies.Should().NotContain(cookie => cookie.Host == "other.localhost" && cookie.Name == "__Host-AppProxy-Session");
        }
    }

    [Test]
    public async Task A_code_brought_to_a_browser_that_waits_for_another_is_refused(CancellationToken cancellation)
    {
        // Login CSRF: the attacker's own code, with the victim's own sign-in under way.
        var proxy = await StartSignInAsync(cancellation);
        using var attacker = new TestBrowser();
        using var victim = new TestBrowser();
        await SignInAsync(attacker, proxy.UrlOf("app"), "bob", cancellation);
        var attackers = (await attacker.GoAsync(proxy.UrlOf("other"), cancellation, until: url => url.AbsolutePath == HandOff)).Way[^1];
        await victim.GoAsync(proxy.UrlOf("other"), cancellation, until: url => url.Host == "localhost");
        var id = victim.Cookies.Single(cookie => cookie.Host == "other.localhost").Name.Split('-')[^1];
        var code = HttpUtility.ParseQueryString(attackers.Query)["code"];

        (await victim.GoAsync(new Uri(proxy.UrlOf("other"), $"{HandOff}?id={id}&code={code}"), cancellation)).Error.Should().Be("hand-off-refused");
    }

    [Test]
    public async Task A_code_for_one_app_opens_no_other(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);
        var code = (await browser.GoAsync(proxy.UrlOf("other"), cancellation, until: url => url.AbsolutePath == HandOff)).Way[^1];

        (await browser.GoAsync(new Uri(proxy.UrlOf("app"), code.PathAndQuery), cancellation)).Error.Should().Be("hand-off-refused");
    }

    [TestCase("https://evil.example/")]
    [TestCase("//evil.example")]
    [TestCase("")]
    [TestCase("x&return=https://evil.example")]
    public async Task Nobody_makes_up_where_sign_in_leads(string request, CancellationToken cancellation)
    {
        await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();

        var page = await browser.GoAsync(new Uri(Own, "sign-in?r=" + request), cancellation);

        page.Status.Should().Be(HttpStatusCode.BadRequest);
        page.Way.Should().ContainSingle();
    }

    [Test]
    public async Task A_target_with_two_slashes_is_no_other_host(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();

        var page = await SignInAsync(browser, new Uri(proxy.UrlOf("app") + "/evil.example/x"), "alice", cancellation);

        page.Url.Host.Should().Be("app.localhost");
        page.Body.Should().StartWith("GET //evil.example/x ");
    }

    [Test]
    public async Task A_session_planted_before_sign_in_is_not_the_one_after(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var attacker = new TestBrowser();
        using var victim = new TestBrowser();
        await SignInAsync(attacker, proxy.UrlOf("app"), "bob", cancellation);
        var planted = attacker.Cookies.Where(cookie => cookie.Host == "gateway.localhost").ToList();
        await victim.GoAsync(proxy.UrlOf("app"), cancellation, until: url => url.Host == "localhost");
        planted.ForEach(victim.Set);

        // With the attacker's cookie the provider is not even asked; with a sign-in under way, whoever comes back gets a session of their own.
        await SignInAsync(victim, proxy.UrlOf("app"), "alice", cancellation);
        victim.Forget(cookie => cookie.Name.EndsWith("Session", StringComparison.Ordinal));
        await SignInAsync(victim, proxy.UrlOf("app"), "alice", cancellation);

        SessionsOf(proxy).All.Single(session => session.User.Subject == "alice").Id
            .Should().NotBe(SessionsOf(proxy).All.Single(session => session.User.Subject == "bob").Id);
        victim.Cookies.Should().NotContain(cookie => cookie.Name == "__Host-AppProxy-Session" && planted.Exists(other => other.Value == cookie.Value));
    }

    [Test]
    public async Task A_cookie_of_one_app_s_host_opens_no_other_and_tossed_ones_do_not_count(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);
        var cookie = browser.Cookies.Single(cookie => cookie.Host == "app.localhost");

        foreach (var name in (string[])["__Host-AppProxy-Session", "AppProxy-Session", "__Secure-AppProxy-Session"])
        {
            using var answer = await browser.FetchAsync(HttpMethod.Get, proxy.UrlOf("other"), cancellation, ("Cookie", $"{name}={cookie.Value}"));
            answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
            using var tossed = await browser.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation, ("Cookie", $"{name}=made-up; __Host-AppProxy-Session={cookie.Value}"));
            tossed.StatusCode.Should().Be(HttpStatusCode.OK);
        }

        using var unprefixed = await browser.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation, ("Cookie", $"AppProxy-Session={cookie.Value}"));
        unprefixed.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [TestCase("//")]
    [TestCase("/%2f")]
    [TestCase("/..;/")]
    [TestCase("/.APPPROXY/hand-off")]
    [TestCase("/.appproxy")]
    [TestCase("/.appproxy/")]
    [TestCase("/.appproxy%2fhand-off")]
    [TestCase("/.appproxyx")]
    [TestCase("/x/../.appproxy/sign-out/../../api")]
    [TestCase("/sign-in/callback")]
    [TestCase("/healthz")]
    public async Task No_path_skips_sign_in(string path, CancellationToken cancellation)
    {
        var reached = false;
        var proxy = await StartSignInAsync(cancellation, options => options.Publish("watched", _ =>
        {
            reached = true;
            return Task.CompletedTask;
        }));

        foreach (var host in (string[])["watched.localhost", "WATCHED.localhost", "watched.localhost."])
        {
            using var client = proxy.CreateClient("watched");
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(proxy.UrlOf("watched").GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
            request.Headers.Host = $"{host}:{Own.Port}";
            request.Headers.Add("X-Forwarded-Host", Own.Authority);
            request.Headers.Add("X-Forwarded-For", "127.0.0.1");
            request.Headers.Add("X-Original-URL", "/healthz");
            using var answer = await client.SendAsync(request, cancellation);
            ((int)answer.StatusCode).Should().BeOneOf(400, 401, 404);
        }

        reached.Should().BeFalse();
    }

    [Test]
    public async Task No_path_leads_through_an_open_app_to_a_protected_one_on_its_host(CancellationToken cancellation)
    {
        // The site's back end has the desk too, and reads paths in its own way.
        var reached = new List<string>();
        var proxy = await StartSignInAsync(cancellation, options =>
        {
            foreach (var app in (string[])["site", "desk"])
            {
                options.Publish(app, context =>
                {
                    reached.Add(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
                    return Task.CompletedTask;
                });
            }

            options.Changes["site"] = static app => ((Dictionary<string, object>)app["onPremisesPublishing"])["externalAuthenticationType"] = "passthru";
            options.Changes["desk"] = app => ((Dictionary<string, object>)app["onPremisesPublishing"])["externalUrl"] = $"https://site.localhost:{Own.Port}/desk/";
        });
        using var client = proxy.CreateClient("site");
        async Task<HttpStatusCode> GetAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(proxy.UrlOf("site").GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
            using var answer = await client.SendAsync(request, cancellation);
            return answer.StatusCode;
        }

        foreach (var path in (string[])["/Desk/x", "//desk/x", "/x/..;/desk/x", "/desk;a=1/x", "/x%2f..%2fdesk/", "/x%5c..%5cdesk/", "/%2fdesk/", "/%2564esk/", "/x//../desk/"])
        {
            (await GetAsync(path)).Should().Be(HttpStatusCode.NotFound, path);
        }

        (await GetAsync("/desk/x")).Should().Be(HttpStatusCode.Unauthorized);
        (await GetAsync("/desk")).Should().Be(HttpStatusCode.Unauthorized);
        reached.Should().BeEmpty();
        (await GetAsync("/a%2Fb;v=1?q=/desk/..")).Should().Be(HttpStatusCode.OK);
        reached.Should().Equal("/a%2Fb;v=1?q=/desk/..");
    }

    [Test]
    public async Task Sign_in_answers_to_the_gateway_s_own_name_only(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var client = proxy.CreateClient("app");
        foreach (var path in (string[])["/sign-in", "/sign-in/callback", "/sign-out"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = $"gateway.evil.example:{Own.Port}" } };
            (await client.SendAsync(request, cancellation)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        }
    }

    [Test]
    public async Task Only_the_gateway_s_own_page_signs_out(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();
        using var other = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);
        await SignInAsync(other, proxy.UrlOf("app"), "bob", cancellation);
        var page = new Uri(Own, "sign-out");
        var others = (await other.GoAsync(page, cancellation)).Form.Fields["token"];

        (await browser.PostAsync(page, [new("token", "")], page, cancellation)).Status.Should().Be(HttpStatusCode.BadRequest);
        (await browser.PostAsync(page, [new("token", others)], page, cancellation)).Status.Should().Be(HttpStatusCode.BadRequest);
        var own = (await browser.GoAsync(page, cancellation)).Form.Fields["token"];
        await browser.PostAsync(page, [new("token", own)], proxy.UrlOf("app"), cancellation);
        await browser.PostAsync(page, [new("token", own)], new Uri("https://evil.example/"), cancellation);

        (await browser.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task No_page_of_ours_can_be_framed(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, static options => options.Catalogue["conditionalAccessPolicies"] = JsonNode.Parse("""
            [ { "id": "closed", "displayName": "Closed", "state": "enabled", "grantControls": { "builtInControls": [ "block" ] },
                "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "other" ] } } } ]
            """)!);
        using var browser = new TestBrowser();
        await IsNotFramedAsync(new Uri(Own, "sign-in"), HttpStatusCode.BadRequest);
        await IsNotFramedAsync(new Uri(Own, "nothing"), HttpStatusCode.NotFound);
        await IsNotFramedAsync(new Uri(Own, "sign-out/done"), HttpStatusCode.OK);
        await IsNotFramedAsync(new Uri(proxy.UrlOf("app"), HandOff + "?id=ab&code=x"), HttpStatusCode.BadRequest);
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);
        await IsNotFramedAsync(Own, HttpStatusCode.OK);
        await IsNotFramedAsync(new Uri(Own, "account"), HttpStatusCode.OK);
        await IsNotFramedAsync(new Uri(Own, "sign-out"), HttpStatusCode.OK);
        await IsNotFramedAsync(proxy.UrlOf("other"), HttpStatusCode.Forbidden);

        async Task IsNotFramedAsync(Uri page, HttpStatusCode status)
        {
            var answer = await browser.GoAsync(page, cancellation);
            answer.Status.Should().Be(status, "of {0}", page);
            answer.Headers.GetValues("Content-Security-Policy").Single().Should().Contain("frame-ancestors 'none'", "of {0}", page);
        }
    }

    [Test]
    public async Task The_provider_s_answer_is_good_once_and_in_the_browser_that_asked(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();
        using var other = new TestBrowser();
        var form = await browser.GoAsync(proxy.UrlOf("app"), cancellation);
        var (action, _) = form.Form;
        var stopped = await browser.PostAsync(
            action, [new("name", "alice"), new("password", "alice")], form.Url, cancellation, until: url => url.AbsolutePath == "/sign-in/callback");
        var answer = stopped.Way[^1];

        (await other.GoAsync(answer, cancellation)).Body.Should().Contain("sign-in-failed");
        (await browser.GoAsync(new Uri(answer + "&iss=https%3A%2F%2Fevil.example".Replace("&iss", "&x", StringComparison.Ordinal)), cancellation)).Body.Should().StartWith("GET / ");
        (await browser.GoAsync(answer, cancellation)).Body.Should().Contain("sign-in-failed");
    }

    [Test]
    public async Task An_answer_of_another_provider_is_refused(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();
        var form = await browser.GoAsync(proxy.UrlOf("app"), cancellation);
        var stopped = await browser.PostAsync(
            form.Form.Action, [new("name", "alice"), new("password", "alice")], form.Url, cancellation, until: url => url.AbsolutePath == "/sign-in/callback");
        var query = HttpUtility.ParseQueryString(stopped.Way[^1].Query);
        query["iss"] = "https://evil.example";

        (await browser.GoAsync(new Uri(Own, "sign-in/callback?" + query), cancellation)).Body.Should().Contain("sign-in-failed");
    }

    [Test]
    public async Task A_WebSocket_needs_a_session_and_a_page_of_the_app(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, options => options.Publish("socket", async context =>
        {
            if (context.WebSockets.IsWebSocketRequest)
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
            }
        }));
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("socket"), "alice", cancellation);
        var cookies = browser.CookiesFor(proxy.UrlOf("socket"));
        Task ConnectAsync(string? cookie, string? origin) => proxy.ConnectWebSocketAsync(
            "socket",
            configure: options =>
            {
                foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[("Cookie", cookie), ("Origin", origin)])
                {
                    if (value is not null)
                    {
                        options.SetRequestHeader(name, value);
                    }
                }
            },
            cancellationToken: cancellation);

        await FluentActions.Awaiting(() => ConnectAsync(null, null)).Should().ThrowAsync<WebSocketException>().WithMessage("*401*");
        await FluentActions.Awaiting(() => ConnectAsync(cookies, proxy.UrlOf("other").GetLeftPart(UriPartial.Authority))).Should().ThrowAsync<WebSocketException>().WithMessage("*403*");
        await ConnectAsync(cookies, proxy.UrlOf("socket").GetLeftPart(UriPartial.Authority));
        await ConnectAsync(cookies, null);
    }
}
