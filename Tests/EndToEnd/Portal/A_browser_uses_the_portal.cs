using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Browser;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Portal;

/// <summary>As a person would, in a real browser: with and without scripts, by keyboard, on a phone and a desk, by day and by night.</summary>
[CancelAfter(SignInGuard)]
public sealed class A_browser_uses_the_portal : PortalTest
{
    [Test]
    public async Task To_find_an_app_open_it_and_come_back(CancellationToken cancellation)
    {
        await StartPortalAsync(cancellation);
        var page = await OpenAsync(cancellation);
        await SignInAsync(page, Own, "alice", cancellation);
        var before = page.Received;
        page.Requests.Clear();

        await page.GoAsync(Own, cancellation);

        (await page.TextAsync("h1", cancellation)).Should().Be("My apps");
        page.Requests.Where(static url => url.Scheme != "data").Should().OnlyContain(url => url.Authority == Own.Authority, "nobody else learns that somebody is here");
        (page.Received - before).Should().BeInRange(1, 100_000);
        (await page.EvaluateAsync("document.title", cancellation)).Should().Be("My apps", "what publishers write is text");
        await page.EvaluateAsync("document.getElementById('q').focus()", cancellation);
        await page.TypeAsync("days", cancellation);
        await page.WaitForAsync("document.querySelectorAll('#apps > li:not([hidden])').length === 1", cancellation);
        (await page.TextAsync("#found", cancellation)).Should().Be("1 app");

        await page.ClickAsync("#apps > li:not([hidden]) a", cancellation);
        await page.ArriveAsync(url => url.Host == "holidays.localhost", cancellation);
        (await page.TextAsync("h1", cancellation)).Should().Be("This is holidays");

        await page.GoAsync(Own, cancellation);
        (await page.TextAsync("#recent .name", cancellation)).Should().Be("Holiday planner");
        await page.WaitForAsync("document.querySelector('#recent img').naturalWidth > 0", cancellation);
        await FinishAsync(page, "portal", cancellation);

        // The picture alone is a document, in which nothing runs.
        await page.GoAsync(new Uri(Own, "icon/holidays"), cancellation);
        (await page.EvaluateAsync("document.title", cancellation)).Should().NotBe("it ran");
    }

    [Test]
    public async Task To_see_where_they_are_signed_in_and_to_sign_out_everywhere(CancellationToken cancellation)
    {
        var proxy = await StartPortalAsync(cancellation);
        var other = await OpenAsync(cancellation);
        await SignInAsync(other, Own, "alice", cancellation);
        var page = await OpenAsync(cancellation);
        await SignInAsync(page, Own, "alice", cancellation);

        await page.ClickAsync("nav a[href='/account']", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/account", cancellation);
        (await page.EvaluateAsync("document.querySelectorAll('ul.rows > li').length", cancellation)).Should().Be("2");
        (await page.TextAsync("ul.rows b", cancellation)).Should().Be("Chrome on Linux");
        await FinishAsync(page, "account", cancellation);

        await page.ClickAsync("form[action='/sign-out'] button", cancellation);
        await page.ArriveAsync(static url => url.Host == "localhost", cancellation);
        await page.ClickAsync("button", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/sign-out/done", cancellation);
        (await page.TextAsync("h1", cancellation)).Should().Be("You are signed out");

        // The page is still open there; the next click begins anew, since the provider knows that browser still.
        SessionsOf(proxy).All.Should().HaveCount(2).And.OnlyContain(static session => session.IsOver);
        await other.ClickAsync("nav a[href='/account']", cancellation);
        await other.ArriveAsync(static url => url.AbsolutePath == "/account", cancellation);
        SessionsOf(proxy).All.Should().HaveCount(3);
        (await other.EvaluateAsync("document.querySelectorAll('ul.rows > li').length", cancellation)).Should().Be("1");
    }

    [Test]
    public async Task To_ask_for_an_app_that_was_denied(CancellationToken cancellation)
    {
        var proxy = await StartPortalAsync(cancellation);
        var page = await OpenAsync(cancellation);
        await SignInAsync(page, proxy.UrlOf("payroll"), "alice", cancellation);
        (await page.TextAsync("h1", cancellation)).Should().Be("You cannot open Payroll");
        await FinishAsync(page, "denied-ask", cancellation);

        await page.ClickAsync(".actions a", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/request-access", cancellation);
        await FinishAsync(page, "request-access", cancellation);
        await page.EvaluateAsync("document.getElementById('reason').focus()", cancellation);
        await page.TypeAsync("I pay people.", cancellation);
        await page.ClickAsync("form button", cancellation);

        await page.WaitForAsync("document.querySelector('[role=status]')", cancellation);
        (await page.TextAsync("[role=status]", cancellation)).Should().StartWith("You asked just now.");
        await FinishAsync(page, "request-waits", cancellation);
    }

    [Test]
    public async Task While_their_session_is_revoked(CancellationToken cancellation)
    {
        var proxy = await StartPortalAsync(cancellation);
        var page = await OpenAsync(cancellation);
        await SignInAsync(page, Own, "alice", cancellation);

        await SessionsOf(proxy).EndAsync(SessionSelector.AllOf("alice"), cancellation);
        await page.ClickAsync("nav a[href='/account']", cancellation);

        // The provider still knows them: they are back where they clicked, in a session of its own.
        await page.ArriveAsync(static url => url.AbsolutePath == "/account", cancellation);
        (await page.EvaluateAsync("document.querySelectorAll('ul.rows > li').length", cancellation)).Should().Be("1");
        SessionsOf(proxy).All.Count(static session => !session.IsOver).Should().Be(1);
    }

    [Test]
    public async Task Without_scripts(CancellationToken cancellation)
    {
        var proxy = await StartPortalAsync(cancellation);
        var page = await OpenAsync(cancellation);
        await page.DisableScriptsAsync(cancellation);
        await page.PreferAsync("de", cancellation);
        await page.GoAsync(Own, cancellation);
        await page.ArriveAsync(static url => url.Host == "localhost", cancellation);
        await SubmitAsync(page, cancellation, "name", "alice", "password", "alice");
        await page.ArriveAsync(static url => url.Host == "gateway.localhost", cancellation);
        (await page.TextAsync("h1", cancellation)).Should().Be("Meine Apps");
        (await page.TextAsync("#found", cancellation)).Should().Be("4 Apps");

        await SubmitAsync(page, cancellation, "q", "news");
        await page.ArriveAsync(static url => url.Query == "?q=news", cancellation);
        (await page.TextAsync("#found", cancellation)).Should().Be("1 App");
        await page.PressTabAsync("#apps > li:not([hidden]) a", cancellation);
        await page.PressAsync("Enter", cancellation);
        await page.ArriveAsync(static url => url.Host == "news.localhost", cancellation);

        await page.GoAsync(new Uri(Own, "request-access?app=payroll"), cancellation);
        await SubmitAsync(page, cancellation, "reason", "Ich zahle.");
        await page.ReadAsync("Sie haben gefragt: gerade eben", cancellation);

        await page.GoAsync(new Uri(Own, "account"), cancellation);
        await Screenshots.TakeAsync(page, "account-german", cancellation);
        await page.PressTabAsync("form[action='/sign-out'] button", cancellation);
        await page.PressAsync("Enter", cancellation);
        await page.ArriveAsync(static url => url.Host == "localhost", cancellation);
        SessionsOf(proxy).All.Should().OnlyContain(static session => session.IsOver);
    }

    [Test]
    public async Task By_keyboard_alone(CancellationToken cancellation)
    {
        await StartPortalAsync(cancellation);
        var page = await OpenAsync(cancellation);
        await SignInAsync(page, Own, "alice", cancellation);

        var stops = new List<string>();
        for (var stop = 0; stop < 10; stop++)
        {
            await page.PressAsync("Tab", cancellation);
            stops.Add(await page.EvaluateAsync("(document.activeElement.querySelector('.name') || document.activeElement).textContent || document.activeElement.id", cancellation));
            (await page.EvaluateAsync("getComputedStyle(document.activeElement).outlineStyle", cancellation)).Should().NotBe("none", "one must see where one is");
        }

        stops.Should().Equal("Skip to content", "AppProxy", "My apps", "Account", "Sign out", "q", "Search", "Holiday planner", "News", "Orders");
        await page.PressTabAsync("#q", cancellation);
        await page.TypeAsync("news", cancellation);
        await page.WaitForAsync("document.querySelectorAll('#apps > li:not([hidden])').length === 1", cancellation);
        await page.PressTabAsync("#apps > li:not([hidden]) a", cancellation);
        await page.PressAsync("Enter", cancellation);
        await page.ArriveAsync(static url => url.Host == "news.localhost", cancellation);
    }

    private async Task<BrowserPage> OpenAsync(CancellationToken cancellation) =>
        await Use(await Chromium.StartAsync(cancellation, "--ignore-certificate-errors")).OpenAsync(cancellation);

    /// <summary>Goes to a page, and through the provider's form.</summary>
    private static async Task SignInAsync(BrowserPage page, Uri wanted, string name, CancellationToken cancellation)
    {
        await page.GoAsync(wanted, cancellation);
        await page.ArriveAsync(static url => url.Host == "localhost", cancellation);
        await SubmitAsync(page, cancellation, "name", name, "password", name);
        await page.ArriveAsync(url => url.Host == wanted.Host && url.AbsolutePath == wanted.AbsolutePath, cancellation);
    }

    /// <summary>Fills fields in and sends them, as a person does: types, and presses Enter in the last one, or on the button of a longer text.</summary>
    private static async Task SubmitAsync(BrowserPage page, CancellationToken cancellation, params string[] namesAndValues)
    {
        foreach (var field in namesAndValues.Chunk(2))
        {
            await page.PressTabAsync($"[name={field[0]}]", cancellation);
            await page.TypeAsync(field[1], cancellation);
        }

        await page.PressTabAsync("main button, form button", cancellation);
        await page.PressAsync("Enter", cancellation);
    }

    private static async Task FinishAsync(BrowserPage page, string name, CancellationToken cancellation)
    {
        await Screenshots.TakeAsync(page, name, cancellation);
        await Accessibility.CheckAsync(page, cancellation);

        // The provider and the apps have no icons; what is refused is an error too.
        page.Complaints.Should().NotContain(static complaint => !complaint.Contains("the server responded with a status of 40", StringComparison.Ordinal));
    }
}
