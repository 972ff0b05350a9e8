using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.WebUtilities;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>Each form as its person has it before them, filled in so that it would do what it is for: nobody else can send it, or lay it under their own page.</summary>
[CancelAfter(SignInGuard)]
public sealed partial class Attacks_on_forms_of_the_directory : DirectoryTest
{
    private const string Alice = "alice@corp.test";
    private const string Better = "Quarz-heron.over.9.fjords";

    /// <summary>Where a program on somebody's machine listens.</summary>
    private const int ProgramsPort = 1;

    private static readonly string[] Forms =
    [
        "sign-in", "code", "recovery code", "password", "two steps on", "two steps off", "recovery codes", "passkeys", "link", "first owner", "device code", "device", "consent", "sign-out",
    ];

    /// <summary>A page below the gateway's own name, which is the same site: browsers send the gateway's cookies along.</summary>
    private Uri Neighbour => new UriBuilder(Own) { Host = "app." + Own.Host }.Uri;

    [TestCaseSource(nameof(Forms))]
    public async Task Only_its_own_page_can_send(string form, CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        var (page, filled) = await OpenAsync(form, proxy, browser, cancellation);
        var (action, fields) = page.Form;
        foreach (var (name, value) in filled)
        {
            fields[name] = value;
        }

        var withoutToken = fields.Where(static field => field.Key != "token");

        // Even with the token of this page, which no other page can read.
        var neighbours = await browser.PostAsync(action, fields, Neighbour, cancellation);
        var foreign = await browser.PostAsync(action, fields, new Uri("https://evil.example/"), cancellation);
        var tokenless = await browser.PostAsync(action, withoutToken, page.Url, cancellation);

        if (form == "sign-out")
        {
            // Whoever leads somebody there makes them be asked.
            neighbours.Body.Should().Contain("Sign out?").And.NotContain("You are signed out");
            tokenless.Body.Should().Contain("Sign out?").And.NotContain("You are signed out");
        }
        else
        {
            (neighbours.Status, tokenless.Status).Should().Be((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), neighbours.Body);
            neighbours.Body.Should().Contain("form-refused");
            tokenless.Body.Should().Contain("form-refused");
            // Without cookies it is as if nobody were there.
            (foreign.Body.Contains("form-refused") || foreign.Url.AbsolutePath == "/directory/sign-in").Should().BeTrue(foreign.Body);
        }

        // Nothing was done by that: it can be still, by its own page.
        var real = await browser.PostAsync(action, fields, page.Url, cancellation, static url => url.Port == ProgramsPort);
        real.Body.Should().NotContain("form-refused").And.NotContain("id=\"problem\"");
        ((int)real.Status).Should().BeLessThan(400, real.Body);
        (form != "sign-out" || real.Body.Contains("You are signed out")).Should().BeTrue(real.Body);
    }

    [TestCaseSource(nameof(Forms))]
    public async Task Can_be_framed_by_nobody_and_lead_nowhere_else(string form, CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();

        var (page, _) = await OpenAsync(form, proxy, browser, cancellation);

        page.Status.Should().Be(HttpStatusCode.OK);
        var policy = page.Headers.GetValues("Content-Security-Policy").Should().ContainSingle().Subject;
        policy.Should().Contain("default-src 'none'").And.Contain("frame-ancestors 'none'").And.Contain("form-action 'self'").And.Contain("base-uri 'none'").And.NotContain("unsafe");
        page.Headers.GetValues("X-Frame-Options").Should().Equal("DENY");
        page.Headers.CacheControl!.NoStore.Should().BeTrue();
        page.Form.Action.GetLeftPart(UriPartial.Authority).Should().Be(Own.GetLeftPart(UriPartial.Authority));
    }

    /// <summary>Brings somebody to where the form is.</summary>
    /// <returns>The page, and what they type.</returns>
    private async Task<(BrowserAnswer Page, (string Name, string Value)[] Filled)> OpenAsync(string form, TestEnvironment proxy, TestBrowser browser, CancellationToken cancellation)
    {
        switch (form)
        {
            case "sign-in":
                return (await browser.GoAsync(At("sign-in"), cancellation), [("name", Alice), ("password", Password)]);
            case "code":
                var key = await AddAuthenticatorAsync(proxy, Alice);
                return (await SignInHereAsync(browser, At("account/password"), cancellation), [("code", Authenticator.Code(key))]);
            case "recovery code":
                await AddAuthenticatorAsync(proxy, Alice);
                var code = await UsersAsync(proxy, async users => (await users.GenerateNewTwoFactorRecoveryCodesAsync((await users.FindByNameAsync(Alice))!, 1))!.Single());
                await SignInHereAsync(browser, At("account/password"), cancellation);
                return (await browser.GoAsync(At("sign-in/recovery-code"), cancellation), [("code", code)]);
            case "password":
                return (await SignInHereAsync(browser, At("account/password"), cancellation), [("password", Password), ("new-password", Better), ("repeated", Better)]);
            case "two steps on":
                var setUp = await SignInHereAsync(browser, At("account/two-steps"), cancellation);
                return (setUp, [("code", Authenticator.Code(Key().Match(setUp.Body).Groups[1].Value))]);
            case "two steps off":
                return (await InTwoStepsAsync("account/two-steps"), []);
            case "recovery codes":
                return (await InTwoStepsAsync("account/recovery-codes"), []);
            case "passkeys":
                using (var passkey = new Passkey { Origin = Own.GetLeftPart(UriPartial.Authority) })
                {
                    var page = await SignInHereAsync(browser, At("account/passkeys"), cancellation);
                    return (page, [("passkey", passkey.Create(page)), ("name", "Phone")]);
                }

            case "link":
                return (await browser.GoAsync(await LinkAsync(proxy, "bob@corp.test", cancellation), cancellation), [("new-password", Better), ("repeated", Better)]);
            case "first owner":
                return (await browser.GoAsync(await LinkAsync(proxy, null, cancellation), cancellation), [("name", "olga"), ("display-name", "Olga"), ("new-password", Better), ("repeated", Better)]);
            case "device code":
                return (await SignInHereAsync(browser, At("device"), cancellation), [("user_code", await BeginAtADeviceAsync())]);
            case "device":
                return (await SignInHereAsync(browser, At("device?user_code=" + await BeginAtADeviceAsync()), cancellation), []);
            case "consent":
                await AddNativeClientAsync(proxy, "photo-sync", "Photo sync", cancellation);
                return (await SignInHereAsync(browser, new Uri(QueryHelpers.AddQueryString(At("authorize").ToString(), new Dictionary<string, string?>
                {
                    ["client_id"] = "photo-sync",
                    ["response_type"] = "code",
                    ["redirect_uri"] = $"http://127.0.0.1:{ProgramsPort}/",
                    ["code_challenge"] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                    ["code_challenge_method"] = "S256",
                    ["scope"] = "openid",
                })), cancellation), []);
            default:
                await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
                return (await browser.GoAsync(At("end-session"), cancellation), []);
        }

        async Task<BrowserAnswer> InTwoStepsAsync(string path)
        {
            var secret = await AddAuthenticatorAsync(proxy, Alice);
            return await browser.SubmitAsync(await SignInHereAsync(browser, At(path), cancellation), cancellation, ("code", Authenticator.Code(secret)));
        }

        async Task<string> BeginAtADeviceAsync()
        {
            await AddNativeClientAsync(proxy, "photo-sync", "Photo sync", cancellation);
            using var program = new TestBrowser();
            var begun = await program.PostAsync(At("device-authorization"), [new("client_id", "photo-sync"), new("scope", "openid")], Own, cancellation);
            return JsonDocument.Parse(begun.Body).RootElement.GetProperty("user_code").GetString()!;
        }
    }

    [GeneratedRegex("type this key: <b>([A-Z2-7 ]+)</b>")]
    private static partial Regex Key();
}
