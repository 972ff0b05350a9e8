using System.Text.Json.Nodes;
using AppProxy.Tests.EndToEnd.Browser;
using AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Portal;

/// <summary>The gateway's own directory as a person meets it, in a real browser: under its policies, by keyboard, and good to look at.</summary>
[CancelAfter(SignInGuard)]
public sealed class A_browser_signs_in_at_the_directory : DirectoryTest
{
    private const string Alice = "alice@corp.test";

    [Test]
    public async Task With_a_wrong_password_and_then_the_right_one(CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        var page = await OpenAsync(cancellation);

        await page.GoAsync(Own, cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in", cancellation);
        await FinishAsync(page, "directory-sign-in", cancellation);
        await SendAsync(page, cancellation, "name", Alice, "password", "wrong");
        await page.WaitForAsync("document.querySelector('[role=alert]')", cancellation);
        await FinishAsync(page, "directory-wrong-password", cancellation);
        (await page.EvaluateAsync("document.querySelector('[name=name]').value", cancellation)).Should().Be(Alice, "nobody types that again");
        await SendAsync(page, cancellation, "password", Password);

        await page.ArriveAsync(url => url == Own, cancellation);
        (await page.TextAsync("h1", cancellation)).Should().Be("My apps");
        await page.ClickAsync("a[href='/open/app']", cancellation);
        await page.ArriveAsync(static url => url.Host == "app.localhost", cancellation);
    }

    [Test]
    public async Task And_looks_after_the_account_with_a_second_step_and_recovery_codes(CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        var page = await OpenAsync(cancellation);
        await SignInAsync(page, cancellation);

        await page.GoAsync(new Uri(Own, "account"), cancellation);
        (await page.EvaluateAsync("[...document.querySelectorAll('main a[href^=\"/directory/\"]')].map(a => a.textContent).join()", cancellation))
            .Should().Be("Change my password,Two-step verification,Passkeys,Recovery codes");
        await FinishAsync(page, "directory-account", cancellation);
        await page.ClickAsync("a[href='/directory/account/two-steps']", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/account/two-steps", cancellation);
        await FinishAsync(page, "directory-two-steps", cancellation);
        var key = await page.TextAsync("main b", cancellation);
        await SendAsync(page, cancellation, "code", Authenticator.Code(key));
        await page.WaitForAsync("document.querySelectorAll('main code').length === 10", cancellation);
        var recovery = await page.TextAsync("main code", cancellation);
        await FinishAsync(page, "directory-recovery-codes", cancellation);

        // A wrong code, and then the next one, since each counts once.
        await SignOutAsync(page, cancellation);
        await GivePasswordAsync(page, cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in/code", cancellation);
        await FinishAsync(page, "directory-code", cancellation);
        await SendAsync(page, cancellation, "code", "000000");
        await page.WaitForAsync("document.querySelector('[role=alert]')", cancellation);
        await SendAsync(page, cancellation, "code", Authenticator.Code(key, 1));
        await page.ArriveAsync(url => url == Own, cancellation);
        await page.GoAsync(new Uri(Own, "account"), cancellation);
        (await page.TextAsync("dl", cancellation)).Should().Contain("in two steps");

        // Without the phone.
        await SignOutAsync(page, cancellation);
        await GivePasswordAsync(page, cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in/code", cancellation);
        await page.ClickAsync("main a", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in/recovery-code", cancellation);
        await FinishAsync(page, "directory-recovery-code", cancellation);
        await SendAsync(page, cancellation, "code", recovery);
        await page.ArriveAsync(url => url == Own, cancellation);
    }

    [Test]
    public async Task And_is_asked_for_more_by_an_app_that_needs_it(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation, static options => options.Catalogue["conditionalAccessPolicies"] = JsonNode.Parse(
            """
            [ { "id": "two", "displayName": "Two steps", "state": "enabled",
                "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "other" ] } }, "grantControls": { "builtInControls": [ "mfa" ] } } ]
            """)!);
        var page = await OpenAsync(cancellation);
        await SignInAsync(page, cancellation);

        await page.ClickAsync("a[href='/open/other']", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/account/two-steps", cancellation);
        await SendAsync(page, cancellation, "code", Authenticator.Code(await page.TextAsync("main b", cancellation)));
        await page.WaitForAsync("document.querySelectorAll('main code').length === 10", cancellation);
        await page.ClickAsync("main .button", cancellation);

        (await page.ArriveAsync(static url => url.Host == "other.localhost", cancellation)).Should().Be(proxy.UrlOf("other"));
    }

    [Test]
    public async Task And_is_asked_for_the_second_step_that_they_set_up_elsewhere_since(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation, static options => options.Catalogue["conditionalAccessPolicies"] = JsonNode.Parse(
            """
            [ { "id": "two", "displayName": "Two steps", "state": "enabled",
                "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "other" ] } }, "grantControls": { "builtInControls": [ "mfa" ] } } ]
            """)!);
        var page = await OpenAsync(cancellation);
        await SignInAsync(page, cancellation);
        var key = await AddAuthenticatorAsync(proxy, Alice);

        await page.ClickAsync("a[href='/open/other']", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in", cancellation);
        await SendAsync(page, cancellation, "name", Alice, "password", Password);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in/code", cancellation);
        await SendAsync(page, cancellation, "code", Authenticator.Code(key));

        (await page.ArriveAsync(static url => url.Host == "other.localhost", cancellation)).Should().Be(proxy.UrlOf("other"));
        await page.GoAsync(new Uri(Own, "account"), cancellation);
        (await page.TextAsync("dl", cancellation)).Should().Contain("in two steps");
    }

    private async Task<BrowserPage> OpenAsync(CancellationToken cancellation) =>
        await Use(await Chromium.StartAsync(cancellation, "--ignore-certificate-errors")).OpenAsync(cancellation);

    private async Task SignInAsync(BrowserPage page, CancellationToken cancellation)
    {
        await GivePasswordAsync(page, cancellation);
        await page.ArriveAsync(url => url == Own, cancellation);
    }

    private async Task GivePasswordAsync(BrowserPage page, CancellationToken cancellation)
    {
        await page.GoAsync(Own, cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in", cancellation);
        await SendAsync(page, cancellation, "name", Alice, "password", Password);
    }

    private async Task SignOutAsync(BrowserPage page, CancellationToken cancellation)
    {
        await page.GoAsync(new Uri(Own, "sign-out"), cancellation);
        await page.ClickAsync("form button", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/sign-out/done", cancellation);
    }

    /// <summary>By keyboard: Tab to each field, type, and Enter.</summary>
    private static async Task SendAsync(BrowserPage page, CancellationToken cancellation, params string[] namesAndValues)
    {
        foreach (var field in namesAndValues.Chunk(2))
        {
            await page.EvaluateAsync("document.activeElement.blur()", cancellation);
            await page.PressTabAsync($"[name={field[0]}]", cancellation);
            await page.TypeAsync(field[1], cancellation);
        }

        await page.PressAsync("Enter", cancellation);
    }
}
