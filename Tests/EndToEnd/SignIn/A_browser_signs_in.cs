using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Browser;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.SignIn;

/// <summary>What only a real browser shows: scripts under our Content-Security-Policy, fragments, and what the pages look like.</summary>
[CancelAfter(SignInGuard)]
public sealed class A_browser_signs_in : SignInTest
{
    [Test]
    public async Task And_comes_back_to_the_very_place_it_wanted(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        var wanted = new Uri(proxy.UrlOf("app"), "deep/page?q=1#part/2");

        var page = await SignInAsync(wanted, "alice", cancellation);

        (await page.ArriveAsync(url => url.Host == wanted.Host, cancellation)).Should().Be(wanted);
        (await page.TextAsync("body", cancellation)).Should().StartWith("GET /deep/page?q=1 cookies=[]");
        page.Complaints.Should().NotContain(complaint => !complaint.Contains("/favicon.ico"));
    }

    [Test]
    public async Task And_reads_why_it_may_not_open_an_app(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, static options => options.Application["appRoleAssignmentRequired"] = true);

        var page = await SignInAsync(proxy.UrlOf("app"), "bob", cancellation);

        await page.ArriveAsync(url => url.Host == "app.localhost", cancellation);
        (await page.TextAsync("h1", cancellation)).Should().Be("You cannot open app");
        (await page.TextAsync("dl", cancellation)).Should().Contain("bob@corp.test").And.Contain("not-assigned");
        await Screenshots.TakeAsync(page, "denied", cancellation);
        await Accessibility.CheckAsync(page, cancellation);
    }

    [Test]
    public async Task And_signs_out(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        var page = await SignInAsync(proxy.UrlOf("app"), "alice", cancellation);
        await page.ArriveAsync(url => url.Host == "app.localhost", cancellation);

        await page.GoAsync(new Uri(Own, "sign-out"), cancellation);
        (await page.TextAsync("h1", cancellation)).Should().Be("Sign out?");
        (await page.TextAsync("b", cancellation)).Should().Be("Alice");
        await Screenshots.TakeAsync(page, "sign-out", cancellation);
        await Accessibility.CheckAsync(page, cancellation);
        await page.ClickAsync("button", cancellation);

        // The provider asks in its own words.
        await page.ArriveAsync(url => url.Host == "localhost", cancellation);
        await page.ClickAsync("button", cancellation);
        await page.ArriveAsync(url => url.AbsolutePath == "/sign-out/done", cancellation);
        (await page.TextAsync("h1", cancellation)).Should().Be("You are signed out");
        await Screenshots.TakeAsync(page, "signed-out", cancellation);
        await Accessibility.CheckAsync(page, cancellation);
        await page.GoAsync(proxy.UrlOf("app"), cancellation);
        await page.ArriveAsync(url => url.Host == "localhost", cancellation);
    }

    /// <summary>Goes to a page, and through the provider's form.</summary>
    private async Task<BrowserPage> SignInAsync(Uri wanted, string name, CancellationToken cancellation)
    {
        var page = await Use(await Chromium.StartAsync(cancellation, "--ignore-certificate-errors")).OpenAsync(cancellation);
        await page.GoAsync(wanted, cancellation);
        await page.ArriveAsync(url => url.Host == "localhost", cancellation);
        await page.EvaluateAsync($"document.querySelector('[name=name]').value = document.querySelector('[name=password]').value = '{name}'", cancellation);
        await page.ClickAsync("button", cancellation);
        return page;
    }
}
