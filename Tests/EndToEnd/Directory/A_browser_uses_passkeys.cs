using System.Text.Json.Nodes;
using AppProxy.Tests.EndToEnd.Browser;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>Passkeys as a person meets them, in a real browser with a device of its own.</summary>
[CancelAfter(SignInGuard)]
public sealed class A_browser_uses_passkeys : DirectoryTest
{
    [Test]
    public async Task Adds_one_signs_in_with_it_alone_and_no_more_when_it_is_removed(CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation, static options => options.Catalogue["conditionalAccessPolicies"] = JsonNode.Parse(
            """
            [ { "id": "two", "displayName": "Two steps", "state": "enabled",
                "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "other" ] } }, "grantControls": { "builtInControls": [ "mfa" ] } } ]
            """)!);
        var page = await Use(await Chromium.StartAsync(cancellation, "--ignore-certificate-errors")).OpenAsync(cancellation);
        await page.AddPasskeyDeviceAsync(cancellation);
        await page.DisablePasskeyAutofillAsync(cancellation);

        // With the password, this once.
        await page.GoAsync(At("account/passkeys"), cancellation);
        await page.EvaluateAsync($"document.getElementById('name').value = 'alice@corp.test'; document.getElementById('password').value = '{Password}'; document.querySelector('button').click()", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/account/passkeys", cancellation);
        await page.EvaluateAsync("document.getElementById('name').value = 'My phone'; document.querySelector('button').click()", cancellation);
        await page.ReadAsync("My phone", cancellation);
        await FinishAsync(page, "directory-passkeys", cancellation);

        // Without it from now on, also where an app wants two steps.
        await SignOutAsync(page, cancellation);
        await page.GoAsync(new Uri(Own, "account"), cancellation);
        await UsePasskeyAsync(page, "directory-passkey", cancellation);
        await page.ArriveAsync(url => url == new Uri(Own, "account"), cancellation);
        (await page.TextAsync("dl", cancellation)).Should().Contain("alice@corp.test").And.Contain("in two steps");
        await page.GoAsync(new Uri(Own, "open/other"), cancellation);
        await page.ArriveAsync(static url => url.Host == "other.localhost", cancellation);

        // Not any more.
        await page.GoAsync(At("account/passkeys"), cancellation);
        await page.ClickAsync("button[value=remove]", cancellation);
        await page.WaitForAsync("!document.querySelector('button[value=remove]')", cancellation);
        await SignOutAsync(page, cancellation);
        await page.GoAsync(Own, cancellation);
        await UsePasskeyAsync(page, null, cancellation);
        await page.ReadAsync("This passkey is not good here", cancellation);
        await FinishAsync(page, "directory-passkey-refused", cancellation);
    }

    private static async Task UsePasskeyAsync(BrowserPage page, string? picture, CancellationToken cancellation)
    {
        await page.ArriveAsync(static url => url.AbsolutePath == "/directory/sign-in", cancellation);
        if (picture is not null)
        {
            await FinishAsync(page, picture, cancellation);
        }

        await page.WaitForAsync("document.querySelector('#passkey-use:not([hidden])')", cancellation);
        await page.ClickAsync("#passkey-use", cancellation);
    }

    private async Task SignOutAsync(BrowserPage page, CancellationToken cancellation)
    {
        // The session of the gateway's own may not have begun, or be ended by what was done.
        await page.GoAsync(Own, cancellation);
        await page.ArriveAsync(url => url == Own, cancellation);
        await page.GoAsync(new Uri(Own, "sign-out"), cancellation);
        await page.ClickAsync("form button", cancellation);
        await page.ArriveAsync(static url => url.AbsolutePath == "/sign-out/done", cancellation);
    }
}
