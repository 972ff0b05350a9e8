using System.Net;
using System.Text.Json;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.SignOut;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>Whoever has a copy of a browser's cookie can get a code, and hold it until its owner has put them out.</summary>
[CancelAfter(SignInGuard)]
public sealed class Codes_end_with_what_they_came_from : DirectoryTest
{
    private const string Alice = "alice@corp.test";
    private const string Better = "Quarz-heron.over.9.fjords";

    [TestCase("new password")]
    [TestCase("disabled")]
    [TestCase("removed")]
    [TestCase("out everywhere")]
    [TestCase("out of this session")]
    public async Task And_are_worth_nothing_after_that(string change, CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        var code = await CodeAsync(browser, cancellation);

        await ChangeAsync(proxy, change, cancellation);
        var answer = await RedeemAsync(browser, code, cancellation);

        answer.Status.Should().Be(HttpStatusCode.BadRequest);
        JsonDocument.Parse(answer.Body).RootElement.GetProperty("error").GetString().Should().Be("invalid_grant");
    }

    [Test]
    public async Task Neither_do_they_begin_a_session_at_the_gateway(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var thief = new TestBrowser();
        var form = await thief.GoAsync(proxy.UrlOf("app"), cancellation);
        var fields = new Dictionary<string, string>(form.Form.Fields) { ["name"] = Alice, ["password"] = Password };
        var callback = await thief.PostAsync(form.Form.Action, fields, form.Url, cancellation, static url => url.AbsolutePath == "/sign-in/callback");

        await ChangeAsync(proxy, "new password", cancellation);
        // The framework's handler says in the log what stopped it.
        ExpectErrors(17, 52);
        var end = await thief.GoAsync(callback.Way[^1], cancellation);

        end.Status.Should().Be(HttpStatusCode.BadRequest);
        end.Body.Should().Contain("sign-in-failed");
        SessionsOf(proxy).All.Should().BeEmpty();
    }

    /// <summary>A change of groups ends sessions too, and does not need a password.</summary>
    [Test]
    public async Task Or_say_what_is_so_when_they_are_redeemed(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        var code = await CodeAsync(browser, cancellation);

        await WithDirectoryAsync(proxy, async directory => await directory.SetMemberAsync(await directory.GetAsync(Alice), "sales", isMember: false, cancellation));
        var answer = await RedeemAsync(browser, code, cancellation);

        answer.Status.Should().Be(HttpStatusCode.OK, answer.Body);
        var token = new JsonWebToken(JsonDocument.Parse(answer.Body).RootElement.GetProperty("id_token").GetString());
        token.Claims.Where(static claim => claim.Type == "groups").Select(static claim => claim.Value).Should().Equal("vpn");
        token.Claims.Should().NotContain(static claim => claim.Type == "stamp", "that is nobody else's business");
    }

    private async Task<string> CodeAsync(TestBrowser browser, CancellationToken cancellation)
    {
        var request = QueryHelpers.AddQueryString(At("authorize").ToString(), new Dictionary<string, string?>
        {
            ["client_id"] = "gateway",
            ["redirect_uri"] = new Uri(Own, "sign-in/callback").ToString(),
            ["response_type"] = "code",
            ["scope"] = "openid",
            ["code_challenge"] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            ["code_challenge_method"] = "S256",
        });
        var answer = await browser.GoAsync(new Uri(request), cancellation, static url => url.AbsolutePath == "/sign-in/callback");
        return QueryHelpers.ParseQuery(answer.Way[^1].Query)["code"].Single()!;
    }

    private Task<BrowserAnswer> RedeemAsync(TestBrowser browser, string code, CancellationToken cancellation) => browser.PostAsync(
        At("token"),
        new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = "gateway",
            ["redirect_uri"] = new Uri(Own, "sign-in/callback").ToString(),
            ["code"] = code,
            ["code_verifier"] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        },
        Own,
        cancellation);

    private static async Task ChangeAsync(TestEnvironment proxy, string change, CancellationToken cancellation)
    {
        var alice = await UsersAsync(proxy, static async users => (await users.FindByNameAsync(Alice))!);
        var own = proxy.GatewayServices.GetRequiredService<IProviderSignOut>();
        switch (change)
        {
            case "new password":
                await UsersAsync(proxy, static async users => await users.ChangePasswordAsync((await users.FindByNameAsync(Alice))!, Password, Better));
                break;
            case "disabled":
                await WithDirectoryAsync(proxy, async directory => await directory.SetDisabledAsync(await directory.GetAsync(Alice), isDisabled: true, cancellation));
                break;
            case "removed":
                await UsersAsync(proxy, static async users => await users.DeleteAsync((await users.FindByNameAsync(Alice))!));
                break;
            case "out everywhere":
                await own.SignOutEverywhereAsync(alice.Id, cancellation);
                break;
            default:
                var session = (await SessionsOf(proxy).Storage.FindAllAsync(alice.Id, cancellation)).Single();
                await own.SignOutAsync(session.ProviderSessionId!, SessionSelector.One(session.Id), cancellation);
                break;
        }
    }

    private static async Task WithDirectoryAsync(TestEnvironment proxy, Func<DirectoryAdministration, Task> use)
    {
        await using var scope = proxy.GatewayServices.CreateAsyncScope();
        await use(scope.ServiceProvider.GetRequiredService<DirectoryAdministration>());
    }
}
