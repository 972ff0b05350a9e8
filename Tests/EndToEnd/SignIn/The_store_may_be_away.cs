using System.Net;
using System.Text.Json.Nodes;
using AppProxy.Gateway.Storage;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Hosting;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.SignIn;

[CancelAfter(SignInGuard)]
public sealed class The_store_may_be_away : SignInTest
{
    private readonly JumpingClock _clock = new();

    [Test]
    public async Task Then_who_signs_in_or_out_is_told_so_and_goes_on_when_it_is_back(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        var store = StoreConnection.Parse(Path.Combine(folder.Path, "store.db"));
        var proxy = await StartWithStoreAsync(store, cancellation);
        using var alice = new TestBrowser();
        using var bob = new TestBrowser();
        await SignInAsync(alice, proxy.UrlOf("app"), "alice", cancellation);
        var signOut = await alice.GoAsync(new Uri(Own, "sign-out"), cancellation);
        var handOff = await alice.GoAsync(proxy.UrlOf("other"), cancellation, static url => url.AbsolutePath == "/.appproxy/hand-off");
        var ask = await alice.GoAsync(proxy.UrlOf("other"), cancellation, static url => url.AbsolutePath == "/sign-in");
        var form = await bob.GoAsync(proxy.UrlOf("app"), cancellation);
        var callback = await bob.PostAsync(form.Form.Action, [new("name", "bob"), new("password", "bob")], form.Url, cancellation, static url => url.AbsolutePath == "/sign-in/callback");

        await RenameAsync(store, "Sessions", "Away", cancellation);
        await RenameAsync(store, "HandOffCodes", "AwayToo", cancellation);

        foreach (var told in (BrowserAnswer[])
            [
                await alice.GoAsync(handOff.Way[^1], cancellation),
                await alice.GoAsync(ask.Way[^1], cancellation),
                await alice.PostAsync(signOut.Form.Action, signOut.Form.Fields, signOut.Url, cancellation),
                await bob.GoAsync(callback.Way[^1], cancellation),
            ])
        {
            ShouldBeToldOf(told);
        }

        await RenameAsync(store, "Away", "Sessions", cancellation);
        await RenameAsync(store, "AwayToo", "HandOffCodes", cancellation);

        (await SignInAsync(alice, proxy.UrlOf("other"), "alice", cancellation)).Status.Should().Be(HttpStatusCode.OK);
        (await SignInAsync(bob, proxy.UrlOf("app"), "bob", cancellation)).Status.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task Then_so_is_who_opens_an_app(CancellationToken cancellation)
    {
        using var folder = new WorkingFolder();
        var store = StoreConnection.Parse(Path.Combine(folder.Path, "store.db"));
        var proxy = await StartWithStoreAsync(store, cancellation, options => options.Catalogue["conditionalAccessPolicies"] = JsonNode.Parse("""
            [ { "id": "fresh", "displayName": "Fresh", "state": "enabled", "sessionControls": { "signInFrequency": { "isEnabled": true, "type": "hours", "value": 1 } },
                "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "other" ] } } } ]
            """)!);
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);
        await SignInAsync(browser, proxy.UrlOf("other"), "alice", cancellation);
        await RenameAsync(store, "Sessions", "Away", cancellation);
        await RenameAsync(store, "KeptRequests", "AwayToo", cancellation);

        // Not before: the search for what ended would come by while the store is there, and forget whom nobody saw for so long.
        _clock.SetAhead(TimeSpan.FromMinutes(70));

        // Her session is known, but too old for this app, and what she sent would be kept.
        var page = proxy.UrlOf("other");
        var kept = await browser.PostAsync(page, [new("text", "typed")], page, cancellation);
        _clock.SetAhead(TimeSpan.FromMinutes(20));
        SessionsOf(proxy).Trim();
        var unknown = await browser.GoAsync(proxy.UrlOf("app"), cancellation);

        ShouldBeToldOf(kept, "KeptRequests");
        ShouldBeToldOf(unknown, "Sessions");
    }

    private Task<TestEnvironment> StartWithStoreAsync(StoreConnection store, CancellationToken cancellation, Action<TestEnvironmentOptions>? configure = null) => StartSignInAsync(
        cancellation,
        options =>
        {
            options.Time = _clock;
            options.Enrolls = true;
            options.GatewaySettings["Gateway:Store"] = store.File;
            configure?.Invoke(options);
        });
}
