using System.Net;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

[CancelAfter(SignInGuard)]
public sealed class People_choose_passwords : DirectoryTest
{
    private const string Better = "Quarz-heron.over.9.fjords";

    [Test]
    public async Task And_change_them(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        using var other = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        await SignInHereAsync(other, proxy.UrlOf("app"), cancellation);

        var form = await browser.GoAsync(At("account/password"), cancellation);
        form.Body.Should().Contain("autocomplete=\"current-password\"").And.Contain("autocomplete=\"new-password\"");
        (await browser.SubmitAsync(form, cancellation, ("password", Password), ("new-password", Better), ("repeated", "other"))).Body.Should().Contain("not the same");
        (await browser.SubmitAsync(form, cancellation, ("password", "wrong"), ("new-password", Better), ("repeated", Better))).Body.Should().Contain("is another one");
        await browser.SubmitAsync(form, cancellation, ("password", Password), ("new-password", Better), ("repeated", Better));

        (await browser.GoAsync(proxy.UrlOf("app"), cancellation)).Url.Host.Should().Be("app.localhost", "who changed it goes on");
        (await other.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await SignInHereAsync(other, proxy.UrlOf("app"), cancellation)).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await SignInHereAsync(other, proxy.UrlOf("app"), cancellation, password: Better)).Url.Host.Should().Be("app.localhost");
    }

    [TestCase("short", "at least 10 characters")]
    [TestCase("password1234", "leaked and common")]
    [TestCase("qwertyuiop1", "leaked and common")]
    [TestCase("aaaaaaaaaaaaaaaa", "leaked and common")]
    [TestCase("alice@corp.test1", "your name or address")]
    public async Task But_none_that_others_would_guess(string password, string reason, CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);

        var page = await browser.SubmitAsync(
            await browser.GoAsync(At("account/password"), cancellation), cancellation, ("password", Password), ("new-password", password), ("repeated", password));

        page.Status.Should().Be(HttpStatusCode.BadRequest);
        page.Body.Should().Contain(reason);
    }

    [Test]
    public async Task By_a_link_that_works_once_and_ends_their_sessions(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        using var other = new TestBrowser();
        await SignInHereAsync(other, proxy.UrlOf("app"), cancellation);
        var link = await LinkAsync(proxy, "alice@corp.test", cancellation);

        var form = await browser.GoAsync(link, cancellation);
        form.Body.Should().Contain("<h1>Choose a password</h1>").And.Contain("alice@corp.test");
        (await browser.SubmitAsync(form, cancellation, ("new-password", "short"), ("repeated", "short"))).Status.Should().Be(HttpStatusCode.BadRequest, "and the link is still good");
        (await browser.SubmitAsync(form, cancellation, ("new-password", Better), ("repeated", Better))).Url.AbsolutePath.Should().Be("/directory/sign-in");

        (await other.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await other.GoAsync(proxy.UrlOf("app"), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in");
        (await SignInHereAsync(other, proxy.UrlOf("app"), cancellation, password: Better)).Url.Host.Should().Be("app.localhost");
        (await browser.GoAsync(link, cancellation)).Status.Should().Be(HttpStatusCode.Gone);
        (await browser.GoAsync(At("link?secret=made-up"), cancellation)).Status.Should().Be(HttpStatusCode.Gone);
    }

    [Test]
    public async Task The_first_owner_comes_in_by_a_link_and_only_the_first(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        var superseded = await LinkAsync(proxy, null, cancellation);
        var link = await LinkAsync(proxy, null, cancellation);

        (await browser.GoAsync(superseded, cancellation)).Status.Should().Be(HttpStatusCode.Gone);
        var form = await browser.GoAsync(link, cancellation);
        (await browser.SubmitAsync(form, cancellation, ("name", "alice@corp.test"), ("display-name", "Eve"), ("new-password", Better), ("repeated", Better)))
            .Body.Should().Contain("is already taken");
        (await browser.SubmitAsync(form, cancellation, ("name", "olga@corp.test"), ("display-name", "Olga"), ("new-password", Better), ("repeated", Better)))
            .Url.AbsolutePath.Should().Be("/directory/sign-in");

        (await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation, "olga@corp.test", Better)).Url.Host.Should().Be("app.localhost");
        SessionsOf(proxy).All.Single().User.Roles.Should().Equal("owner");
        (await browser.GoAsync(link, cancellation)).Status.Should().Be(HttpStatusCode.Gone);
        (await browser.GoAsync(await LinkAsync(proxy, null, cancellation), cancellation)).Status.Should().Be(HttpStatusCode.Gone, "there is an owner");
    }
}
