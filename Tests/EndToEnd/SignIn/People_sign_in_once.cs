using System.Net;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.Gateway;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.SignIn;

[CancelAfter(SignInGuard)]
public sealed class People_sign_in_once : SignInTest
{
    [Test]
    public async Task And_come_to_the_page_they_wanted_with_its_query(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();

        var page = await SignInAsync(browser, new Uri(proxy.UrlOf("app"), "a//b%2Fc?x=1&y=%20z"), "alice", cancellation);

        page.Status.Should().Be(HttpStatusCode.OK, page.Body);
        page.Url.Should().Be(new Uri(proxy.UrlOf("app"), "a//b%2Fc?x=1&y=%20z"));
        page.Body.Should().StartWith("GET /a//b%2Fc?x=1&y=%20z cookies=[] authorization=[]");
    }

    [Test]
    public async Task And_open_the_next_app_without_being_asked_again_their_fragment_included(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);

        var page = await browser.GoAsync(new Uri(proxy.UrlOf("other"), "deep?q=1#part/2"), cancellation);

        page.Url.Should().Be(new Uri(proxy.UrlOf("other"), "deep?q=1#part/2"));
        page.Way.Should().NotContain(url => url.Host == "localhost");
        var names = browser.Cookies.Where(cookie => cookie.Host != "localhost").ToList();
        names.Should().OnlyContain(cookie => cookie.Name == "__Host-AppProxy-Session" && cookie.IsHostOnly && cookie.IsSecure && cookie.IsHttpOnly && cookie.Path == "/" && !cookie.IsPersistent);
        names.Select(cookie => cookie.Host).Should().BeEquivalentTo("app.localhost", "other.localhost", "gateway.localhost");
        names.Select(cookie => cookie.Value).Should().OnlyHaveUniqueItems();
    }

    [Test]
    public async Task Also_who_writes_the_gateway_s_name_with_a_dot_at_its_end(CancellationToken cancellation)
    {
        await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();
        var dotted = new UriBuilder(Own) { Host = "gateway.localhost." }.Uri;

        var page = await SignInAsync(browser, dotted, "alice", cancellation);

        page.Url.Should().Be(Own, page.Body);
        page.Status.Should().Be(HttpStatusCode.OK);
        (await browser.FetchAsync(HttpMethod.Get, dotted, cancellation)).StatusCode.Should().Be(HttpStatusCode.NotFound, "what is no page is led nowhere");
    }

    [Test]
    public async Task However_many_groups_they_are_in(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();

        var page = await SignInAsync(browser, proxy.UrlOf("app"), "carol", cancellation);

        page.Status.Should().Be(HttpStatusCode.OK, page.Body);
        browser.CookiesFor(proxy.UrlOf("app")).Length.Should().BeLessThan(500);
        SessionsOf(proxy).All.Should().ContainSingle().Which.User.Groups.Should().HaveCount(400);
    }

    [Test]
    public async Task A_very_long_address_survives(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();
        var wanted = new Uri(proxy.UrlOf("app"), "search?q=" + new string('a', 12_000));

        (await SignInAsync(browser, wanted, "alice", cancellation)).Url.Should().Be(wanted);
    }

    [Test]
    public async Task The_app_sees_its_own_cookies_only_and_cannot_set_ours(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);
        var ours = browser.Cookies.Single(cookie => cookie.Host == "app.localhost");

        await browser.GoAsync(
            new Uri(proxy.UrlOf("app"), "?set=a%3D1&set=__host-appproxy-session%3Dx%3B%20Secure%3B%20Path%3D%2F&set=AppProxy-Session%3Dx&set=b%3D2%3B%20Domain%3Dlocalhost%3B%20Path%3D%2F"), cancellation);

        browser.Cookies.Where(cookie => cookie.Host.EndsWith("localhost") && !cookie.Name.StartsWith('_')).Should().OnlyContain(cookie => cookie.IsHostOnly);
        browser.Cookies.Single(cookie => cookie.Name == ours.Name && cookie.Host == "app.localhost").Value.Should().Be(ours.Value);
        (await browser.GoAsync(proxy.UrlOf("app"), cancellation)).Body.Should().Contain("cookies=[a=1; b=2]");
    }

    [TestCase("isHttpOnlyCookieEnabled", false)]
    [TestCase("isSecureCookieEnabled", false)]
    [TestCase("isPersistentCookieEnabled", true)]
    public async Task The_app_s_flags_are_the_cookie_s(string flag, bool value, CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, options => options.Publishing[flag] = value);
        using var browser = new TestBrowser();

        var page = await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);

        page.Status.Should().Be(HttpStatusCode.OK, page.Body);
        var cookie = browser.Cookies.Single(cookie => cookie.Host == "app.localhost");
        cookie.IsHttpOnly.Should().Be(flag != "isHttpOnlyCookieEnabled");
        cookie.IsSecure.Should().Be(flag != "isSecureCookieEnabled");
        cookie.IsPersistent.Should().Be(flag == "isPersistentCookieEnabled");
    }

    [Test]
    public async Task What_is_no_navigation_is_refused_and_not_led_into_a_page(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();

        using var answer = await browser.FetchAsync(HttpMethod.Get, new Uri(proxy.UrlOf("app"), "api"), cancellation, ("Accept", "application/json"));

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.ToString().Should().StartWith("Bearer");
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await answer.Content.ReadAsStringAsync(cancellation)).Should().Contain("urn:appproxy:error:sign-in-required");
        browser.Cookies.Should().BeEmpty();
    }

    [Test]
    public async Task A_session_begun_on_one_gateway_works_on_another_and_revoked_there_is_out_here(CancellationToken cancellation)
    {
        var store = Use(new StoreFolder()).File;
        await StoreSchema.UpgradeAsync(StoreConnection.Parse(store), cancellation);
        var one = await StartSignInAsync(cancellation, options => options.GatewaySettings["Gateway:Store"] = store);
        var otherPort = AppProxy.Testing.FreePort.Take();
        var two = await StartSignInAsync(cancellation, options =>
        {
            options.GatewaySettings["Gateway:Store"] = store;
            options.Port = otherPort;
        });
        using var browser = new TestBrowser();
        await SignInAsync(browser, one.UrlOf("app"), "alice", cancellation);

        browser.Routes[Own.Port] = otherPort;
        var there = await browser.GoAsync(one.UrlOf("app"), cancellation);
        there.Body.Should().StartWith("GET / ");
        there.Way.Should().ContainSingle("the cookie that one gateway gave is good at the other");

        await SessionsOf(two).EndAsync(SessionSelector.AllOf("alice"), cancellation);
        browser.Routes.Clear();
        while ((await browser.FetchAsync(HttpMethod.Get, one.UrlOf("app"), cancellation)).StatusCode != HttpStatusCode.Unauthorized)
        {
            // It is out within seconds, or this test is.
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
        }
    }
}
