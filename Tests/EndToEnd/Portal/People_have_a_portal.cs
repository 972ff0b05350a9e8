using System.Net;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using AppProxy.Gateway.Access.Requests;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Portal;

/// <summary>In a browser without scripts: all of it works there.</summary>
[CancelAfter(SignInGuard)]
public sealed class People_have_a_portal : PortalTest
{
    [Test]
    public async Task With_the_apps_that_they_may_open_and_no_others(CancellationToken cancellation)
    {
        await StartPortalAsync(cancellation);
        using var alice = new TestBrowser();
        using var bob = new TestBrowser();

        var hers = await SignInAsync(alice, Own, "alice", cancellation);
        var his = await SignInAsync(bob, Own, "bob", cancellation);

        hers.Url.Should().Be(Own);
        NamesIn(hers).Should().Equal("Holiday planner", "News", "Orders", "Wiki <b>of</b> all & sundry");
        NamesIn(his).Should().Equal("News", "Payroll");
        hers.Body.Should().NotContain("<script>document").And.NotContain("<b>of</b>").And.NotContain("Payroll").And.NotContain("machines");
        Document(hers).QuerySelector("a[href='/open/orders'] .badge")!.TextContent.Should().Be("Under maintenance");
    }

    [Test]
    public async Task Whose_search_needs_no_script(CancellationToken cancellation)
    {
        await StartPortalAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInAsync(browser, Own, "alice", cancellation);

        foreach (var (words, names) in (ReadOnlySpan<(string, string[])>)
            [("days", ["Holiday planner"]), ("NEWS", ["News"]), ("bought way", ["Orders"]), ("%3Cb%3E", ["Wiki <b>of</b> all & sundry"]), ("payroll", []), (new string('x', 3000), [])])
        {
            var page = browser.GoAsync(new Uri(Own, "?q=" + words), cancellation).GetAwaiter().GetResult();
            NamesIn(page).Should().Equal(names);
            Encoding.UTF8.GetByteCount(page.Body).Should().BeLessThan(100_000);
        }
    }

    [Test]
    public async Task Which_shows_what_was_opened_last_and_to_that_person_only(CancellationToken cancellation)
    {
        var proxy = await StartPortalAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInAsync(browser, Own, "alice", cancellation);

        var app = await browser.GoAsync(new Uri(Own, "open/holidays"), cancellation);
        await browser.GoAsync(new Uri(Own, "open/news"), cancellation);
        await browser.GoAsync(new Uri(Own, "open/holidays"), cancellation);
        var back = await browser.GoAsync(Own, cancellation);

        app.Url.Should().Be(proxy.UrlOf("holidays"));
        app.Body.Should().Contain("This is holidays");
        Document(back).QuerySelectorAll("#recent .name").Select(static name => name.TextContent).Should().Equal("Holiday planner", "News");
        browser.Cookies.Single(static cookie => cookie.Name == "__Host-AppProxy-Recent").Host.Should().Be("gateway.localhost");

        await SessionsOf(proxy).EndAsync(SessionSelector.AllOf("alice"), cancellation);
        browser.Forget(static cookie => cookie.Host == "localhost");
        Document(await SignInAsync(browser, Own, "bob", cancellation)).QuerySelector("#recent").Should().BeNull();
    }

    [TestCase("open/payroll")]
    [TestCase("open/unknown")]
    [TestCase("open//evil.example")]
    [TestCase("open/https:%2F%2Fevil.example")]
    [TestCase("open/..%2f..%2f%2fevil.example/")]
    public async Task That_leads_nowhere_else(string path, CancellationToken cancellation)
    {
        await StartPortalAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInAsync(browser, Own, "alice", cancellation);

        var page = await browser.GoAsync(new Uri(Own + path), cancellation);

        page.Status.Should().Be(HttpStatusCode.NotFound);
        page.Way.Should().ContainSingle();
        page.Body.Should().Contain("You have no such app").And.NotContain("Payroll");
    }

    [TestCase("account?x=1")]
    [TestCase("request-access?app=payroll")]
    [TestCase("?q=a%26b")]
    public async Task That_they_come_back_to_after_signing_in(string path, CancellationToken cancellation)
    {
        await StartPortalAsync(cancellation);
        using var browser = new TestBrowser();

        var page = await SignInAsync(browser, new Uri(Own, path), "alice", cancellation);

        page.Url.Should().Be(new Uri(Own, path));
        page.Status.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task Whose_pictures_cannot_do_anything(CancellationToken cancellation)
    {
        await StartPortalAsync(cancellation);
        using var browser = new TestBrowser();
        var source = Document(await SignInAsync(browser, Own, "alice", cancellation)).QuerySelector("a[href='/open/holidays'] img")!.GetAttribute("src")!;

        using var icon = await browser.FetchAsync(HttpMethod.Get, new Uri(Own, source), cancellation);
        using var none = await browser.FetchAsync(HttpMethod.Get, new Uri(Own, "icon/wiki"), cancellation);
        using var stranger = new TestBrowser();
        using var refused = await stranger.FetchAsync(HttpMethod.Get, new Uri(Own, source), cancellation);

        icon.Content.Headers.ContentType!.MediaType.Should().Be("image/svg+xml");
        icon.Headers.GetValues("Content-Security-Policy").Should().ContainSingle().Which.Should().StartWith("default-src 'none'").And.EndWith("sandbox").And.NotContain("script-src");
        icon.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        icon.Headers.CacheControl!.ToString().Should().Contain("immutable").And.Contain("private");
        none.StatusCode.Should().Be(HttpStatusCode.NotFound);
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Where_they_see_their_sessions_and_end_any(CancellationToken cancellation)
    {
        var proxy = await StartPortalAsync(cancellation);
        using var desk = new TestBrowser();
        using var phone = new TestBrowser();
        using var bobs = new TestBrowser();
        await SignInAsync(desk, Own, "alice", cancellation);
        await SignInAsync(phone, proxy.UrlOf("holidays"), "alice", cancellation);
        await SignInAsync(bobs, Own, "bob", cancellation);

        var account = await desk.GoAsync(new Uri(Own, "account"), cancellation);
        var rows = Document(account).QuerySelectorAll("ul.rows > li");
        rows.Should().HaveCount(2);
        rows[0].TextContent.Should().Contain("This browser").And.Contain("127.0.0.1").And.Contain("just now");
        var (token, other) = (Field(account, "token"), Field(account, "session"));

        // Nobody ends another's, and no other page ends anything.
        var bobsPage = await bobs.GoAsync(new Uri(Own, "account"), cancellation);
        await bobs.PostAsync(new Uri(Own, "account/end-session"), Fields(Field(bobsPage, "token"), other), new Uri(Own, "account"), cancellation);
        var foreign = await desk.PostAsync(new Uri(Own, "account/end-session"), Fields(token, other), proxy.UrlOf("wiki"), cancellation);
        var without = await desk.PostAsync(new Uri(Own, "account/end-session"), Fields("", other), new Uri(Own, "account"), cancellation);
        var bobsToken = await desk.PostAsync(new Uri(Own, "account/end-session"), Fields(Field(bobsPage, "token"), other), new Uri(Own, "account"), cancellation);
        foreach (var refused in (BrowserAnswer[])[without, bobsToken])
        {
            refused.Body.Should().Contain("form-refused");
        }

        // What a page of another site sends comes without our cookie: it is nobody's.
        foreign.Body.Should().NotContain("That browser is signed out.");

        (await phone.GoAsync(proxy.UrlOf("holidays"), cancellation)).Body.Should().Contain("This is holidays");

        var ended = await desk.PostAsync(new Uri(Own, "account/end-session"), Fields(token, other), new Uri(Own, "account"), cancellation);
        ended.Url.AbsolutePath.Should().Be("/account");
        ended.Body.Should().Contain("That browser is signed out.");
        Document(ended).QuerySelectorAll("ul.rows > li").Should().ContainSingle();
        using var gone = await phone.FetchAsync(HttpMethod.Get, proxy.UrlOf("holidays"), cancellation);
        gone.StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        await SessionsOf(proxy).EndAsync(SessionSelector.AllOf("alice"), cancellation);
        var tooLate = await desk.PostAsync(new Uri(Own, "account/end-session"), Fields(token, other), new Uri(Own, "account"), cancellation);
        tooLate.Status.Should().Be(HttpStatusCode.Unauthorized);
        tooLate.Body.Should().Contain("Nothing was changed").And.Contain("Sign in again");
    }

    [Test]
    public async Task And_sign_out_everywhere(CancellationToken cancellation)
    {
        var proxy = await StartPortalAsync(cancellation);
        using var desk = new TestBrowser();
        using var phone = new TestBrowser();
        await SignInAsync(desk, Own, "alice", cancellation);
        await SignInAsync(phone, proxy.UrlOf("holidays"), "alice", cancellation);

        var account = await desk.GoAsync(new Uri(Own, "account"), cancellation);
        await desk.PostAsync(new Uri(Own, "sign-out"), [new("token", Field(account, "token")), new("everywhere", "yes")], account.Url, cancellation);

        using var gone = await phone.FetchAsync(HttpMethod.Get, proxy.UrlOf("holidays"), cancellation);
        gone.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Where_who_is_denied_asks_and_an_operator_is_told(CancellationToken cancellation)
    {
        var proxy = await StartPortalAsync(cancellation);
        using var browser = new TestBrowser();

        var denied = await SignInAsync(browser, proxy.UrlOf("payroll"), "alice", cancellation);
        denied.Status.Should().Be(HttpStatusCode.Forbidden);
        var ask = new Uri(Document(denied).QuerySelector(".actions a")!.GetAttribute("href")!);
        ask.Should().Be(new Uri(Own, "request-access?app=payroll"));
        var form = await browser.GoAsync(ask, cancellation);
        form.Body.Should().Contain("Ask for Payroll").And.Contain("alice@corp.test");
        var asked = await browser.PostAsync(form.Form.Action, Fields(Field(form, "token"), null, ("app", "payroll"), ("reason", "I <pay>\u001b[31m\npeople")), form.Url, cancellation);
        var home = await browser.GoAsync(Own, cancellation);
        var again = await browser.PostAsync(form.Form.Action, Fields(Field(form, "token"), null, ("app", "payroll"), ("reason", "again")), form.Url, cancellation);
        var unsigned = await browser.PostAsync(form.Form.Action, Fields("", null, ("app", "payroll")), form.Url, cancellation);

        asked.Url.Should().Be(ask);
        asked.Body.Should().Contain("You asked");
        again.Body.Should().Contain("You asked");
        unsigned.Body.Should().Contain("form-refused");
        Document(home).QuerySelector("#asked")!.ParentElement!.TextContent.Should().Contain("Payroll");
        var request = (await new AccessRequests(Store, TimeProvider.System).ListAsync(false, cancellation)).Should().ContainSingle().Subject;
        request.PrincipalId.Should().Be("alice");
        request.UserPrincipalName.Should().Be("alice@corp.test");
        request.Reason.Should().Be("I <pay> [31m people", "a terminal shows text and nothing else");
    }

    [TestCase("holidays", HttpStatusCode.OK, "This app is among yours already.")]
    [TestCase("news", HttpStatusCode.NotFound, "Nobody can ask for this here")]
    [TestCase("unknown", HttpStatusCode.NotFound, "Nobody can ask for this here")]
    [TestCase("shy", HttpStatusCode.NotFound, "Nobody can ask for this here")]
    public async Task Where_not_everything_can_be_asked_for(string app, HttpStatusCode status, string text, CancellationToken cancellation)
    {
        var proxy = await StartPortalAsync(cancellation, static options =>
        {
            options.Changes["shy"] = static app => app["relay"] = new { isAccessRequestEnabled = false };
            options.Publish("shy", static _ => Task.CompletedTask);
        });
        using var browser = new TestBrowser();
        var page = await SignInAsync(browser, new Uri(Own, "request-access?app=" + app), "alice", cancellation);

        page.Status.Should().Be(status);
        page.Body.Should().Contain(text);
        if (app == "shy")
        {
            (await browser.GoAsync(proxy.UrlOf("shy"), cancellation)).Body.Should().NotContain("request-access");
        }
    }

    [Test]
    public async Task That_stays_small_with_many_apps(CancellationToken cancellation)
    {
        var text = string.Concat(Enumerable.Repeat("<&\"' long ", 100))[..1000];
        await StartPortalAsync(cancellation, options =>
        {
            options.Connectors = 0;
            options.AppsFile = port => System.Text.Json.JsonSerializer.Serialize(new
            {
                applications = Enumerable.Range(0, 1000).Select(number => new
                {
                    id = $"app-{number}",
                    displayName = $"{text[..100]} {number:0000}",
                    description = text,
                    appRoleAssignmentRequired = false,
                    onPremisesPublishing = new { externalUrl = $"https://app-{number}.localhost:{port}/", internalUrl = "http://a.corp/" },
                }),
            });
        });
        using var browser = new TestBrowser();

        var home = await SignInAsync(browser, Own, "alice", cancellation);
        var found = await browser.GoAsync(new Uri(Own, "?q=0777"), cancellation);

        Encoding.UTF8.GetByteCount(home.Body).Should().BeLessThan(100_000);
        home.Body.Should().Contain("1000 apps").And.Contain("940 more are not shown");
        NamesIn(found).Should().ContainSingle().Which.Should().EndWith("0777");
    }

    /// <param name="letters">What takes most octets: as it is, or as HTML.</param>
    [TestCase("é")]
    [TestCase("漢")]
    [TestCase("😀")]
    [TestCase("\"")]
    public async Task Also_in_octets_with_pictures_recent_apps_and_requests(string letters, CancellationToken cancellation)
    {
        var text = string.Concat(Enumerable.Repeat(letters, 500))[..500];
        await StartPortalAsync(cancellation, options =>
        {
            options.Connectors = 0;
            options.AppsFile = port => System.Text.Json.JsonSerializer.Serialize(new
            {
                applications = Enumerable.Range(0, 72).Select(number => new
                {
                    id = $"app-{number}",
                    displayName = $"{number:00} {text[..200]}",
                    description = text,
                    info = new { logoUrl = Icon },
                    // The last twelve are to be asked for.
                    appRoleAssignmentRequired = number >= 60,
                    onPremisesPublishing = new { externalUrl = $"https://app-{number}.localhost:{port}/", internalUrl = "http://a.corp/" },
                }),
            });
        });
        using var browser = new TestBrowser();
        await SignInAsync(browser, Own, "alice", cancellation);
        for (var number = 0; number < 10; number++)
        {
            await browser.GoAsync(new Uri(Own, $"open/app-{number}"), cancellation, static url => url.Host.StartsWith("app-", StringComparison.Ordinal));
            await browser.SubmitAsync(await browser.GoAsync(new Uri(Own, $"request-access?app=app-{60 + number}"), cancellation), cancellation, ("reason", "x"));
        }

        var home = await browser.GoAsync(Own, cancellation);
        var found = await browser.GoAsync(new Uri(Own, "?q=app-59"), cancellation);
        var many = await browser.GoAsync(new Uri(Own, "?q=" + Uri.EscapeDataString(text[..100])), cancellation);

        Document(home).QuerySelectorAll("#recent li").Should().HaveCount(4);
        Document(home).QuerySelectorAll("section[aria-labelledby=asked] li").Should().HaveCount(10);
        Document(home).QuerySelectorAll("#apps img").Length.Should().Be(Document(home).QuerySelectorAll("#apps li").Length).And.BeGreaterThan(15);
        foreach (var page in (BrowserAnswer[])[home, found, many])
        {
            Encoding.UTF8.GetByteCount(page.Body).Should().BeLessThan(100_000);
        }

        var shown = Document(home).QuerySelectorAll("#apps li").Length;
        (shown == 60 || home.Body.Contains($"{60 - shown} more are not shown")).Should().BeTrue("{0} are shown", shown);
        NamesIn(found).Should().ContainSingle().Which.Should().StartWith("59 ");
        NamesIn(many).Should().NotBeEmpty();
    }

    [TestCase("POST", "")]
    [TestCase("POST", "account")]
    [TestCase("GET", "account/end-session")]
    [TestCase("DELETE", "account")]
    [TestCase("GET", "account/")]
    [TestCase("GET", "Account")]
    public async Task With_nothing_where_nothing_is(string method, string path, CancellationToken cancellation)
    {
        await StartPortalAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInAsync(browser, Own, "alice", cancellation);

        using var answer = await browser.FetchAsync(new HttpMethod(method), new Uri(Own, path), cancellation);

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Only_on_the_gateway_s_own_host(CancellationToken cancellation)
    {
        var proxy = await StartPortalAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInAsync(browser, Own, "alice", cancellation);

        using var elsewhere = await browser.FetchAsync(HttpMethod.Get, new UriBuilder(Own) { Host = "elsewhere.localhost" }.Uri, cancellation);
        using var script = await new TestBrowser().FetchAsync(HttpMethod.Get, Own, cancellation);

        elsewhere.StatusCode.Should().Be(HttpStatusCode.NotFound);
        script.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await browser.GoAsync(new Uri(proxy.UrlOf("news"), "account"), cancellation)).Body.Should().Contain("This is news");
    }

    [Test]
    public async Task Whose_pages_nobody_frames_and_nothing_runs_in(CancellationToken cancellation)
    {
        await StartPortalAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInAsync(browser, Own, "alice", cancellation);

        foreach (var path in (string[])["", "account", "request-access?app=payroll", "sign-out", "open/unknown"])
        {
            var page = await browser.GoAsync(new Uri(Own, path), cancellation);
            page.Headers.GetValues("Content-Security-Policy").Single().Should().StartWith("default-src 'none'").And.Contain("frame-ancestors 'none'").And.Contain("form-action 'self'").And.NotContain("unsafe");
            page.Headers.GetValues("X-Frame-Options").Should().Equal("DENY");
            page.Headers.CacheControl!.NoStore.Should().BeTrue();
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Fields(string token, string? session, params (string Name, string Value)[] more) =>
        [new("token", token), .. session is null ? [] : new[] { KeyValuePair.Create("session", session) }, .. more.Select(static field => KeyValuePair.Create(field.Name, field.Value))];

    private static string Field(BrowserAnswer page, string name) => Document(page).QuerySelector($"input[name={name}]")!.GetAttribute("value")!;

    private static IEnumerable<string> NamesIn(BrowserAnswer page) => Document(page).QuerySelectorAll("#apps > li:not([hidden]) .name").Select(static name => name.TextContent);

    private static IDocument Document(BrowserAnswer page) => new HtmlParser().ParseDocument(page.Body);
}
