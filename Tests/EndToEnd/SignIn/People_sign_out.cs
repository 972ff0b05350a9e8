using System.Net;
using System.Net.WebSockets;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.SignIn;

[CancelAfter(SignInGuard)]
public sealed class People_sign_out : SignInTest
{
    [Test]
    public async Task Of_all_apps_and_at_the_provider(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);
        await browser.GoAsync(proxy.UrlOf("other"), cancellation);

        var question = await browser.GoAsync(new Uri(proxy.UrlOf("app"), ".appproxy/sign-out"), cancellation);
        question.Url.Should().Be(new Uri(Own, "sign-out"));
        question.Body.Should().Contain("alice@corp.test");
        var atProvider = await browser.SubmitAsync(question, cancellation);
        atProvider.Url.Host.Should().Be("localhost", atProvider.Body);
        var end = await browser.SubmitAsync(atProvider, cancellation);

        end.Url.Should().Be(new Uri(Own, "sign-out/done"));
        end.Body.Should().Contain("You are signed out");
        foreach (var app in (string[])["app", "other"])
        {
            (await browser.GoAsync(proxy.UrlOf(app), cancellation)).Body.Should().Contain("<h1>Sign in</h1>");
        }
    }

    [Test]
    public async Task Here_or_everywhere(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var phone = new TestBrowser();
        using var desk = new TestBrowser();
        using var bobs = new TestBrowser();
        await SignInAsync(phone, proxy.UrlOf("app"), "alice", cancellation);
        await SignInAsync(desk, proxy.UrlOf("app"), "alice", cancellation);
        await SignInAsync(bobs, proxy.UrlOf("app"), "bob", cancellation);

        await phone.SubmitAsync(await phone.GoAsync(new Uri(Own, "sign-out"), cancellation), cancellation);
        (await StatusAsync(phone)).Should().Be(HttpStatusCode.Unauthorized);
        (await StatusAsync(desk)).Should().Be(HttpStatusCode.OK);

        await SignInAsync(phone, proxy.UrlOf("app"), "alice", cancellation);
        await phone.SubmitAsync(await phone.GoAsync(new Uri(Own, "sign-out"), cancellation), cancellation, ("everywhere", "yes"));
        (await StatusAsync(desk)).Should().Be(HttpStatusCode.Unauthorized);
        (await StatusAsync(bobs)).Should().Be(HttpStatusCode.OK);

        async Task<HttpStatusCode> StatusAsync(TestBrowser browser) => (await browser.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation)).StatusCode;
    }

    [Test]
    public async Task At_the_provider_which_tells_us_behind_their_back(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);

        await browser.SubmitAsync(await browser.GoAsync(new Uri(Provider.Issuer + "/session/end"), cancellation), cancellation);
        await Provider.WaitForBackChannelAsync(cancellation);

        (await browser.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSIsImV2ZW50cyI6eyJodHRwOi8vc2NoZW1hcy5vcGVuaWQubmV0L2V2ZW50L2JhY2tjaGFubmVsLWxvZ291dCI6e319fQ.")]
    public async Task And_nobody_else_signs_them_out_on_the_back_channel(string token, CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);

        var refused = await browser.PostAsync(new Uri(Own, "sign-out/back-channel"), [new("logout_token", token)], Own, cancellation);

        refused.Status.Should().Be(HttpStatusCode.BadRequest);
        (await browser.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task What_was_open_ends(CancellationToken cancellation)
    {
        var proxy = await StartSignInAsync(cancellation, options => options.Publish("socket", async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            await socket.ReceiveAsync(new byte[16], context.RequestAborted);
        }));
        using var browser = new TestBrowser();
        await SignInAsync(browser, new Uri(proxy.UrlOf("app"), "/"), "alice", cancellation);
        await browser.GoAsync(new Uri(proxy.UrlOf("socket"), ".appproxy/sign-out"), cancellation);
        await browser.GoAsync(new Uri(proxy.UrlOf("socket"), "/"), cancellation);
        using var socket = await proxy.ConnectWebSocketAsync(
            "socket", configure: options => options.SetRequestHeader("Cookie", browser.CookiesFor(proxy.UrlOf("socket"))), cancellationToken: cancellation);
        await socket.ReceiveAsync(new byte[16], cancellation);

        await SessionsOf(proxy).EndAsync(SessionSelector.AllOf("alice"), cancellation);

        var receive = () => socket.ReceiveAsync(new byte[16], cancellation);
        await receive.Should().ThrowAsync<WebSocketException>();
        await Log.WaitForAsync(entry => entry.Text.Contains("access-revoked"), cancellation);
    }
}
