using System.Net;
using System.Text.RegularExpressions;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>Where a save fails the person reads that nothing was changed, and nothing was.</summary>
[CancelAfter(SignInGuard)]
public sealed partial class Changes_are_whole : DirectoryTest
{
    private const string Alice = "alice@corp.test";
    private const string Better = "Quarz-heron.over.9.fjords";
    private const string Meanwhile = "Nothing was changed: the account changed elsewhere";

    private readonly FailingSaves _saves = new();

    /// <summary>The code is noted first; then two-step verification is on, then the recovery codes are there.</summary>
    [TestCase(1)]
    [TestCase(2)]
    public async Task Two_step_verification_is_on_with_recovery_codes_or_not_at_all(int saves, CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var browser = new TestBrowser();
        var page = await SignInHereAsync(browser, At("account/two-steps"), cancellation);
        var key = Key().Match(page.Body).Groups[1].Value;

        _saves.FailAfter(saves);
        var failed = await browser.SubmitAsync(page, cancellation, ("code", Authenticator.Code(key)));

        failed.Status.Should().Be(HttpStatusCode.Conflict);
        failed.Body.Should().Contain(Meanwhile).And.Contain(key);
        (await StateAsync(proxy)).Should().Be((false, key.Replace(" ", "", StringComparison.Ordinal), 0));
        (await browser.SubmitAsync(failed, cancellation, ("code", Authenticator.Code(key, 1)))).Body.Should().Contain("<li><code>");
        (await StateAsync(proxy)).Should().Be((true, key.Replace(" ", "", StringComparison.Ordinal), 10));
    }

    [TestCase(0)]
    [TestCase(1)]
    public async Task And_it_is_off_with_another_key_or_not_at_all(int saves, CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var browser = new TestBrowser();
        var key = await SignInWithCodeAsync(proxy, browser, At("account/two-steps"), cancellation);
        var page = await browser.GoAsync(At("account/two-steps"), cancellation);

        _saves.FailAfter(saves);
        var failed = await browser.SubmitAsync(page, cancellation);

        failed.Status.Should().Be(HttpStatusCode.Conflict);
        failed.Body.Should().Contain(Meanwhile);
        (await StateAsync(proxy)).Should().Be((true, key, 0));
        await browser.SubmitAsync(failed, cancellation);
        (await StateAsync(proxy)).On.Should().BeFalse();
    }

    [Test]
    public async Task Recovery_codes_that_could_not_be_kept_are_not_shown(CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInWithCodeAsync(proxy, browser, At("account/recovery-codes"), cancellation);
        var page = await browser.GoAsync(At("account/recovery-codes"), cancellation);

        _saves.FailAfter(0);
        var failed = await browser.SubmitAsync(page, cancellation);

        failed.Url.AbsolutePath.Should().Be("/directory/account/recovery-codes");
        failed.Body.Should().Contain("You have 0 left").And.NotContain("<li><code>");
        (await browser.SubmitAsync(failed, cancellation)).Body.Should().Contain("<li><code>");
    }

    /// <summary>Both find no key, and add one.</summary>
    [Test]
    public async Task Of_two_first_openings_at_once_both_show_the_key_that_is_kept(CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, At("account/password"), cancellation);

        BrowserAnswer? other = null;
        _saves.Before(async () => other = await browser.GoAsync(At("account/two-steps"), cancellation));
        var page = await browser.GoAsync(At("account/two-steps"), cancellation);

        page.Way.Should().HaveCount(2, "it began anew");
        KeyIn(page).Should().Be((await StateAsync(proxy)).Key).And.NotBeEmpty();
        KeyIn(other!).Should().Be(KeyIn(page));

        static string KeyIn(BrowserAnswer answer) => Key().Match(answer.Body).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);
    }

    [TestCase(0)]
    [TestCase(1)]
    public async Task A_passkey_is_gone_with_the_sessions_it_began_or_not_at_all(int saves, CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var passkey = new Passkey { Origin = Own.GetLeftPart(UriPartial.Authority) };
        using var browser = new TestBrowser();
        var page = await SignInHereAsync(browser, At("account/passkeys"), cancellation);
        page = await browser.SubmitAsync(page, cancellation, ("passkey", passkey.Create(page)), ("name", "Phone"));
        var fields = new Dictionary<string, string>(page.Form.Fields) { ["do"] = "remove", ["id"] = Id().Match(page.Body).Groups[1].Value };

        _saves.FailAfter(saves);
        var failed = await browser.PostAsync(At("account/passkeys"), fields, page.Url, cancellation);

        failed.Body.Should().Contain(Meanwhile).And.Contain("Phone");
        (await PasskeysAsync()).Should().Be(1);
        await browser.PostAsync(At("account/passkeys"), fields, page.Url, cancellation);
        (await PasskeysAsync()).Should().Be(0);

        Task<int> PasskeysAsync() => UsersAsync(proxy, static async users => (await users.GetPasskeysAsync((await users.FindByNameAsync(Alice))!)).Count);
    }

    /// <summary>A link for an owner looks at the new user once more before.</summary>
    [TestCase(Alice, 0)]
    [TestCase(null, 1)]
    public async Task A_link_is_used_up_with_what_it_does_or_not_at_all(string? name, int saves, CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var browser = new TestBrowser();
        var link = await LinkAsync(proxy, name, cancellation);
        var page = await browser.GoAsync(link, cancellation);
        (string, string)[] fields = [("name", name ?? "olga"), ("display-name", "Olga"), ("new-password", Better), ("repeated", Better)];

        _saves.FailAfter(saves);
        var failed = await browser.SubmitAsync(page, cancellation, fields);

        failed.Status.Should().Be(HttpStatusCode.BadRequest);
        failed.Body.Should().Contain(Meanwhile);
        (await UsersAsync(proxy, static async users => await users.CheckPasswordAsync((await users.FindByNameAsync(Alice))!, Password))).Should().BeTrue();
        (await browser.SubmitAsync(failed, cancellation, fields)).Url.AbsolutePath.Should().Be("/directory/sign-in", "the link is still good");
        (await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation, name ?? "olga", Better)).Url.Host.Should().Be("app.localhost");
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(false, false)]
    public async Task A_name_that_the_store_has_no_room_for_is_refused_and_the_link_is_still_good(bool isNameLong, bool isDisplayNameLong, CancellationToken cancellation)
    {
        var tooLong = new string('o', 257);
        var proxy = await StartAsync(cancellation);
        using var browser = new TestBrowser();
        var link = await LinkAsync(proxy, null, cancellation);
        var page = await browser.GoAsync(link, cancellation);

        var refused = await browser.SubmitAsync(
            page, cancellation, ("name", isNameLong ? tooLong : "olga"), ("display-name", isDisplayNameLong ? tooLong : "Ol\u0007ga"), ("new-password", Better), ("repeated", Better));

        refused.Status.Should().Be(HttpStatusCode.BadRequest);
        refused.Body.Should().Contain("A name has 256 characters at most");
        (await browser.GoAsync(link, cancellation)).Status.Should().Be(HttpStatusCode.OK);
    }

    private Task<TestEnvironment> StartAsync(CancellationToken cancellation)
        => StartDirectoryAsync(cancellation, options => options.GatewayParts += services => services.AddSingleton<IUserValidator<DirectoryUser>>(_saves));

    private async Task<string> SignInWithCodeAsync(TestEnvironment proxy, TestBrowser browser, Uri page, CancellationToken cancellation)
    {
        var key = await AddAuthenticatorAsync(proxy, Alice);
        await browser.SubmitAsync(await SignInHereAsync(browser, page, cancellation), cancellation, ("code", Authenticator.Code(key)));
        return key;
    }

    private static Task<(bool On, string? Key, int Codes)> StateAsync(TestEnvironment proxy) => UsersAsync(proxy, static async users =>
    {
        var user = (await users.FindByNameAsync(Alice))!;
        return (user.TwoFactorEnabled, await users.GetAuthenticatorKeyAsync(user), await users.CountRecoveryCodesAsync(user));
    });

    [GeneratedRegex("type this key: <b>([A-Z2-7 ]+)</b>")]
    private static partial Regex Key();

    [GeneratedRegex("name=\"id\" value=\"([^\"]+)\"")]
    private static partial Regex Id();
}
