using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

[CancelAfter(SignInGuard)]
public sealed partial class People_use_a_second_step : DirectoryTest
{
    [Test]
    public async Task With_their_authenticator(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        var key = await AddAuthenticatorAsync(proxy, "alice@corp.test");
        using var browser = new TestBrowser();

        var question = await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        question.Url.AbsolutePath.Should().Be("/directory/sign-in/code", question.Body);
        SessionsOf(proxy).All.Should().BeEmpty("half a sign-in is none");
        var wrong = await browser.SubmitAsync(question, cancellation, ("code", "000000"));
        wrong.Status.Should().Be(HttpStatusCode.Unauthorized);
        wrong.Body.Should().Contain("The code is wrong");
        var page = await browser.SubmitAsync(wrong, cancellation, ("code", Authenticator.Code(key)));

        page.Url.Host.Should().Be("app.localhost", page.Body);
        var session = SessionsOf(proxy).All.Should().ContainSingle().Subject;
        session.User.AuthenticationMethods.Should().Equal("pwd", "otp", "mfa");
        session.User.AuthenticationContext.Should().Be("urn:appproxy:two-steps");
    }

    [Test]
    public async Task And_a_code_counts_once(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        var key = await AddAuthenticatorAsync(proxy, "alice@corp.test");
        using var browser = new TestBrowser();
        using var shoulder = new TestBrowser();
        var code = Authenticator.Code(key);
        (await browser.SubmitAsync(await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation), cancellation, ("code", code))).Url.Host.Should().Be("app.localhost");

        var again = await browser.SubmitAsync(await SignInHereAsync(shoulder, proxy.UrlOf("app"), cancellation), cancellation, ("code", code));
        var replayed = await shoulder.SubmitAsync(await SignInHereAsync(shoulder, proxy.UrlOf("app"), cancellation), cancellation, ("code", code));

        again.Status.Should().NotBe(HttpStatusCode.OK, "a form of another browser");
        replayed.Status.Should().Be(HttpStatusCode.Unauthorized);
        replayed.Body.Should().Contain("or was used before");
        (await shoulder.SubmitAsync(replayed, cancellation, ("code", Authenticator.Code(key, 1)))).Url.Host.Should().Be("app.localhost", "the next one counts");
    }

    [Test]
    public async Task Or_a_recovery_code_which_works_once(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        await AddAuthenticatorAsync(proxy, "alice@corp.test");
        var codes = await UsersAsync(proxy, async users => (await users.GenerateNewTwoFactorRecoveryCodesAsync((await users.FindByNameAsync("alice@corp.test"))!, 10))!.ToList());
        using var browser = new TestBrowser();
        using var thief = new TestBrowser();

        (await RecoverAsync(browser, codes[0].ToLowerInvariant())).Url.Host.Should().Be("app.localhost");
        var reused = await RecoverAsync(thief, codes[0]);

        reused.Status.Should().Be(HttpStatusCode.Unauthorized);
        reused.Body.Should().Contain("or it was used before");
        (await UsersAsync(proxy, async users => await users.CountRecoveryCodesAsync((await users.FindByNameAsync("alice@corp.test"))!))).Should().Be(9);
        (await UsersAsync(proxy, async users => await users.GetAuthenticationTokenAsync((await users.FindByNameAsync("alice@corp.test"))!, "[AspNetUserStore]", "RecoveryCodes")))
            .Should().NotContain(codes[1], "whoever reads the store cannot use them");

        async Task<BrowserAnswer> RecoverAsync(TestBrowser with, string code)
        {
            var question = await SignInHereAsync(with, proxy.UrlOf("app"), cancellation);
            var other = new Uri(question.Url, WebUtility.HtmlDecode(RecoveryLink().Match(question.Body).Groups[1].Value));
            return await with.SubmitAsync(await with.GoAsync(other, cancellation), cancellation, ("code", code));
        }
    }

    [Test]
    public async Task Set_up_on_the_way_where_an_app_asks_for_it(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation, static options => options.Catalogue["conditionalAccessPolicies"] = JsonNode.Parse(
            """
            [
              {
                "id": "two", "displayName": "Two steps", "state": "enabled",
                "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "other" ] } },
                "grantControls": { "builtInControls": [ "mfa" ] }
              }
            ]
            """)!);
        using var browser = new TestBrowser();
        (await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation)).Url.Host.Should().Be("app.localhost");
        var session = SessionsOf(proxy).All.Single().Id;

        var setUp = await browser.GoAsync(new Uri(proxy.UrlOf("other"), "page"), cancellation);
        setUp.Url.AbsolutePath.Should().Be("/directory/account/two-steps", setUp.Body);
        setUp.Body.Should().Contain("<svg role=\"img\"").And.Contain("otpauth://totp/gateway.localhost:alice%40corp.test?secret=");
        var codes = await browser.SubmitAsync(setUp, cancellation, ("code", Authenticator.Code(Key().Match(setUp.Body).Groups[1].Value)));
        Codes().Count(codes.Body).Should().Be(10, codes.Body);
        var page = await browser.GoAsync(new Uri(Own, WebUtility.HtmlDecode(GoOn().Match(codes.Body).Groups[1].Value)), cancellation);

        page.Url.Should().Be(new Uri(proxy.UrlOf("other"), "page"), page.Body);
        SessionsOf(proxy).All.Single().Id.Should().Be(session, "it is the same session, and stronger");
        SessionsOf(proxy).All.Single().User.AuthenticationMethods.Should().Contain("mfa");
    }

    [Test]
    public async Task Where_their_account_needs_it_they_get_nowhere_without(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        await UsersAsync(proxy, async users =>
        {
            var user = (await users.FindByNameAsync("alice@corp.test"))!;
            user.MustUseTwoSteps = true;
            return await users.UpdateAsync(user);
        });
        using var browser = new TestBrowser();

        var setUp = await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);

        setUp.Url.AbsolutePath.Should().Be("/directory/account/two-steps", setUp.Body);
        (await browser.GoAsync(proxy.UrlOf("app"), cancellation)).Url.AbsolutePath.Should().Be("/directory/account/two-steps");
        var codes = await browser.SubmitAsync(setUp, cancellation, ("code", Authenticator.Code(Key().Match(setUp.Body).Groups[1].Value)));
        (await browser.GoAsync(new Uri(Own, WebUtility.HtmlDecode(GoOn().Match(codes.Body).Groups[1].Value)), cancellation)).Url.Host.Should().Be("app.localhost");
        var off = await browser.SubmitAsync(await browser.GoAsync(At("account/two-steps"), cancellation), cancellation);
        off.Body.Should().Contain("You may not turn it off");
    }

    [Test]
    public async Task And_turn_it_off_again(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        var key = await AddAuthenticatorAsync(proxy, "alice@corp.test");
        using var browser = new TestBrowser();
        await browser.SubmitAsync(await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation), cancellation, ("code", Authenticator.Code(key)));

        var page = await browser.GoAsync(At("account/two-steps"), cancellation);
        page.Body.Should().Contain("Two-step verification is on");
        await browser.SubmitAsync(page, cancellation);

        (await UsersAsync(proxy, static async users => (await users.FindByNameAsync("alice@corp.test"))!.TwoFactorEnabled)).Should().BeFalse();
        using var other = new TestBrowser();
        (await SignInHereAsync(other, proxy.UrlOf("app"), cancellation)).Url.Host.Should().Be("app.localhost");
    }

    [Test]
    public async Task Reloading_the_recovery_codes_neither_turns_it_off_nor_makes_others(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        var setUp = await browser.GoAsync(At("account/two-steps"), cancellation);
        (string, string)[] code = [("code", Authenticator.Code(Key().Match(setUp.Body).Groups[1].Value))];

        Codes().Count((await browser.SubmitAsync(setUp, cancellation, code)).Body).Should().Be(10);
        var before = await StateAsync();
        var reloaded = await browser.SubmitAsync(setUp, cancellation, code);

        reloaded.Url.AbsolutePath.Should().Be("/directory/account/two-steps");
        reloaded.Body.Should().Contain("Two-step verification is on");
        (await StateAsync()).Should().Be(before);

        var renew = await browser.GoAsync(At("account/recovery-codes"), cancellation);
        Codes().Count((await browser.SubmitAsync(renew, cancellation)).Body).Should().Be(10);
        var renewed = await StateAsync();
        renewed.Should().NotBe(before);
        var again = await browser.SubmitAsync(renew, cancellation);

        again.Url.AbsolutePath.Should().Be("/directory/account/recovery-codes");
        again.Body.Should().Contain("You have 10 left");
        (await StateAsync()).Should().Be(renewed, "those that were printed a moment ago are still good");

        var off = await browser.GoAsync(At("account/two-steps"), cancellation);
        await browser.SubmitAsync(off, cancellation);
        (await browser.SubmitAsync(off, cancellation)).Body.Should().Contain("Set up two-step verification", "turned off twice is off");

        Task<(bool, string?)> StateAsync() => UsersAsync(proxy, static async users =>
        {
            var user = (await users.FindByNameAsync("alice@corp.test"))!;
            return (user.TwoFactorEnabled, await users.GetAuthenticationTokenAsync(user, "[AspNetUserStore]", "RecoveryCodes"));
        });
    }

    [GeneratedRegex("href=\"([^\"]*)\">Use a recovery code")]
    private static partial Regex RecoveryLink();

    [GeneratedRegex("class=\"button\" href=\"([^\"]*)\"")]
    private static partial Regex GoOn();

    [GeneratedRegex("type this key: <b>([A-Z2-7 ]+)</b>")]
    private static partial Regex Key();

    [GeneratedRegex("<li><code>[0-9A-Z-]+</code></li>")]
    private static partial Regex Codes();
}
