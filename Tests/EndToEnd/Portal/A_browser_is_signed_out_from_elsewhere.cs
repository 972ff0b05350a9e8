using AppProxy.Tests.EndToEnd.Browser;
using AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Portal;

/// <summary>Somebody has a page open, in a real browser, and ends that session from another one: the next click asks who it is, and signs nobody in unseen.</summary>
[CancelAfter(SignInGuard)]
public sealed class A_browser_is_signed_out_from_elsewhere : DirectoryTest
{
    [Test]
    public async Task While_a_page_is_open(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        var page = await OpenAsync(cancellation);
        var theirs = SessionsOf(proxy).All.Single().Id;
        using var other = new TestBrowser();
        await SignInHereAsync(other, new Uri(Own, "account"), cancellation);

        var account = await other.GoAsync(new Uri(Own, "account"), cancellation);
        await other.PostAsync(new Uri(Own, "account/end-session"), [new("token", account.Form.Fields["token"]), new("session", theirs.ToString("n"))], account.Url, cancellation);
        await page.ClickAsync("nav a[href='/account']", cancellation);

        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in", cancellation);
        await GivePasswordAsync(page, cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/account", cancellation);
        (await page.EvaluateAsync("document.querySelectorAll('ul.rows > li').length", cancellation)).Should().Be("2", "the other one, and a new one of its own");
        page.Complaints.Should().BeEmpty();
    }

    [Test]
    public async Task With_all_others(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        var page = await OpenAsync(cancellation);
        using var other = new TestBrowser();
        await SignInHereAsync(other, proxy.UrlOf("app"), cancellation);

        // By itself.
        await page.GoAsync(new Uri(Own, "account"), cancellation);
        await page.ClickAsync("form[action='/sign-out'] button", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/sign-out/done", cancellation);
        (await other.GoAsync(proxy.UrlOf("app"), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in");
        SessionsOf(proxy).All.Should().OnlyContain(static session => session.IsOver);

        // By the other.
        await page.GoAsync(Own, cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in", cancellation);
        await GivePasswordAsync(page, cancellation);
        await page.ArriveAsync(url => url == Own, cancellation);
        await SignInHereAsync(other, proxy.UrlOf("app"), cancellation);
        await other.SubmitAsync(await other.GoAsync(new Uri(Own, "sign-out"), cancellation), cancellation, ("everywhere", "yes"));
        await page.ClickAsync("nav a[href='/account']", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in", cancellation);
        page.Complaints.Should().BeEmpty();
    }

    /// <summary>Signed in, at their apps.</summary>
    private async Task<BrowserPage> OpenAsync(CancellationToken cancellation)
    {
        var page = await Use(await Chromium.StartAsync(cancellation, "--ignore-certificate-errors")).OpenAsync(cancellation);
        await page.GoAsync(Own, cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in", cancellation);
        await GivePasswordAsync(page, cancellation);
        await page.ArriveAsync(url => url == Own, cancellation);
        return page;
    }

    private static async Task GivePasswordAsync(BrowserPage page, CancellationToken cancellation) => await page.EvaluateAsync(
        $"document.getElementById('name').value = 'alice@corp.test'; document.getElementById('password').value = '{Password}'; document.querySelector('form button').click()", cancellation);
}
