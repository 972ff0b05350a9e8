using System.Net;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

[CancelAfter(SignInGuard)]
public sealed class People_sign_in_at_the_directory : DirectoryTest
{
    [Test]
    public async Task With_name_and_password_and_come_back_to_where_they_were(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        var wanted = new Uri(proxy.UrlOf("app"), "deep/page?q=1");

        var page = await SignInHereAsync(browser, wanted, cancellation);

        page.Url.Should().Be(wanted, page.Body);
        page.Body.Should().StartWith("GET /deep/page?q=1 cookies=[]");
        (await browser.GoAsync(proxy.UrlOf("other"), cancellation)).Body.Should().StartWith("GET / ", "one sign-in is for all apps");
    }

    [Test]
    public async Task And_the_gateway_knows_who_they_are(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();

        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);

        var session = SessionsOf(proxy).All.Should().ContainSingle().Subject;
        var id = await UsersAsync(proxy, async users => (await users.FindByNameAsync("alice@corp.test"))!.Id);
        session.User.Id.Should().Be(id).And.Be(session.User.Subject);
        session.User.UserPrincipalName.Should().Be("alice@corp.test");
        session.User.DisplayName.Should().Be("Alice");
        session.User.Groups.Should().Equal("sales", "vpn");
        session.User.Roles.Should().BeEmpty();
        session.User.AuthenticationMethods.Should().Equal("pwd");
        session.User.AuthenticationContext.Should().Be("urn:appproxy:one-step");
        session.AuthenticatedAt.Should().BeCloseTo(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(1));
        var said = new JsonWebToken((await SessionsOf(proxy).Storage.FindAsync(session.Id, cancellation))!.IdToken);
        said.Alg.Should().Be("ES256");
        said.Issuer.Should().Be(At("").ToString().TrimEnd('/'));
        said.Audiences.Should().Equal("gateway");
        said.GetClaim("email").Value.Should().Be("alice@corp.test");
        said.GetClaim("sid").Value.Should().NotBeEmpty();
    }

    [TestCase("alice@corp.test", "wrong")]
    [TestCase("nobody@corp.test", Password)]
    [TestCase("alice@corp.test", "")]
    public async Task But_not_with_a_wrong_name_or_password(string name, string password, CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();

        var page = await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation, name, password);

        page.Status.Should().Be(HttpStatusCode.Unauthorized);
        page.Body.Should().Contain("role=\"alert\" id=\"problem\">The name or the password is wrong.").And.Contain($"value=\"{name}\"");
        SessionsOf(proxy).All.Should().BeEmpty();
        (await browser.SubmitAsync(page, cancellation, ("name", "alice@corp.test"), ("password", Password))).Url.Host.Should().Be("app.localhost", "the form still knows the way");
    }

    [Test]
    public async Task And_sign_out_of_the_directory_too(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);

        var end = await browser.SubmitAsync(await browser.GoAsync(new Uri(Own, "sign-out"), cancellation), cancellation);

        end.Url.Should().Be(new Uri(Own, "sign-out/done"), end.Body);
        (await browser.GoAsync(proxy.UrlOf("app"), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in");
    }

    [Test]
    public async Task And_signing_out_everywhere_ends_the_directorys_sessions_in_other_browsers(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var phone = new TestBrowser();
        using var desk = new TestBrowser();
        await SignInHereAsync(phone, proxy.UrlOf("app"), cancellation);
        await SignInHereAsync(desk, proxy.UrlOf("app"), cancellation);

        await phone.SubmitAsync(await phone.GoAsync(new Uri(Own, "sign-out"), cancellation), cancellation, ("everywhere", "yes"));

        (await desk.GoAsync(proxy.UrlOf("app"), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in");
    }

    [Test]
    public async Task And_a_browser_that_they_sign_out_from_another_one_does_not_come_back_in_unseen(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var phone = new TestBrowser();
        using var desk = new TestBrowser();
        using var bobs = new TestBrowser();
        await SignInHereAsync(phone, proxy.UrlOf("app"), cancellation);
        var phones = SessionsOf(proxy).All.Single().Id;
        await SignInHereAsync(desk, proxy.UrlOf("app"), cancellation);
        await SignInHereAsync(bobs, proxy.UrlOf("app"), cancellation, "bob@corp.test");

        await EndAsync(bobs, phones);
        (await phone.GoAsync(proxy.UrlOf("app"), cancellation)).Url.Host.Should().Be("app.localhost", "it is not his to end");
        (await phone.GoAsync(At("account/password"), cancellation)).Url.AbsolutePath.Should().Be("/directory/account/password");
        (await EndAsync(desk, phones)).Body.Should().Contain("That browser is signed out.");

        (await phone.GoAsync(proxy.UrlOf("app"), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in");
        (await phone.GoAsync(At("account/password"), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in");
        (await desk.GoAsync(At("account/password"), cancellation)).Url.AbsolutePath.Should().Be("/directory/account/password", "this one goes on");
        (await SignInHereAsync(phone, proxy.UrlOf("app"), cancellation)).Url.Host.Should().Be("app.localhost");

        async Task<BrowserAnswer> EndAsync(TestBrowser from, Guid session)
        {
            var account = await from.GoAsync(new Uri(Own, "account"), cancellation);
            var token = account.Form.Fields["token"];
            return await from.PostAsync(new Uri(Own, "account/end-session"), [new("token", token), new("session", session.ToString("n"))], account.Url, cancellation);
        }
    }

    [Test]
    public async Task And_a_copy_of_their_cookies_is_worth_nothing_once_they_signed_out(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        using var thief = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        foreach (var cookie in browser.Cookies)
        {
            thief.Set(cookie);
        }

        (await thief.GoAsync(At("account/password"), cancellation)).Url.AbsolutePath.Should().Be("/directory/account/password");
        await browser.SubmitAsync(await browser.GoAsync(new Uri(Own, "sign-out"), cancellation), cancellation);

        (await thief.GoAsync(At("account/password"), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in");
        (await thief.GoAsync(proxy.UrlOf("app"), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in");
    }

    [Test]
    public async Task A_link_that_signs_out_asks_first(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);

        var question = await browser.GoAsync(At("end-session?client_id=gateway"), cancellation);
        question.Body.Should().Contain("<h1>Sign out?</h1>").And.Contain("alice@corp.test");
        (await browser.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation)).StatusCode.Should().Be(HttpStatusCode.OK);

        (await browser.SubmitAsync(question, cancellation)).Url.Should().Be(new Uri(Own, "sign-out/done"));
        (await browser.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task A_new_sign_in_is_asked_for_when_the_gateway_wants_one(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);

        var asked = await browser.GoAsync(Authorize(("prompt", "login")), cancellation);
        asked.Url.AbsolutePath.Should().Be("/directory/sign-in");
        (await browser.GoAsync(Authorize(("max_age", "0")), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in");
        (await browser.GoAsync(Authorize(("max_age", "9999999999999")), cancellation, IsCallback)).Way[^1].AbsolutePath.Should().Be("/sign-in/callback", "any age is young enough");
        (await browser.GoAsync(Authorize(("max_age", "-9999999999999")), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in");
        (await browser.GoAsync(Authorize(("max_age", "3600")), cancellation, IsCallback)).Way[^1].AbsolutePath.Should().Be("/sign-in/callback");
        (await browser.GoAsync(Authorize(("prompt", "none")), cancellation, IsCallback)).Way[^1].Query.Should().Contain("code=");

        var back = QueryHelpers.ParseQuery(asked.Url.Query)["return"].ToString();
        (await browser.GoAsync(new Uri(Own, back), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in", "going back without signing in is no sign-in");
        var (action, fields) = asked.Form;
        fields["name"] = "alice@corp.test";
        fields["password"] = Password;
        (await browser.PostAsync(action, fields, asked.Url, cancellation, IsCallback)).Way[^1].Query.Should().Contain("code=");
    }

    [Test]
    public async Task Nobody_is_asked_where_the_client_says_so(CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();

        (await browser.GoAsync(Authorize(("prompt", "none")), cancellation, IsCallback)).Way[^1].Query.Should().Contain("error=login_required");
    }

    [Test]
    public async Task Who_is_disabled_is_out(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        await UsersAsync(proxy, async users =>
        {
            var user = (await users.FindByNameAsync("alice@corp.test"))!;
            user.IsDisabled = true;
            return await users.UpdateAsync(user);
        });

        var page = await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);

        page.Status.Should().Be(HttpStatusCode.Forbidden);
        page.Body.Should().Contain("This account is disabled.");
        (await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation, password: "wrong")).Body.Should().Contain("The name or the password is wrong.");
    }

    private static bool IsCallback(Uri url) => url.AbsolutePath == "/sign-in/callback";

    /// <summary>An authorization request of the gateway's.</summary>
    private Uri Authorize(params (string Name, string Value)[] more) => new(QueryHelpers.AddQueryString(
        At("authorize").ToString(),
        new Dictionary<string, string?>
        {
            ["client_id"] = "gateway",
            ["redirect_uri"] = new Uri(Own, "sign-in/callback").ToString(),
            ["response_type"] = "code",
            ["scope"] = "openid",
            ["state"] = Guid.NewGuid().ToString(),
            ["nonce"] = "n",
            ["code_challenge"] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            ["code_challenge_method"] = "S256",
        }.Concat(more.Select(static parameter => KeyValuePair.Create(parameter.Name, (string?)parameter.Value)))));
}
