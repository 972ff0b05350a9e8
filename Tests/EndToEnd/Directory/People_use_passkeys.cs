using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

[CancelAfter(SignInGuard)]
public sealed class People_use_passkeys : DirectoryTest
{
    private const string Alice = "alice@corp.test";

    [Test]
    public async Task Added_by_who_is_signed_in_and_then_used_alone(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var passkey = await AddAsync(proxy, cancellation);
        using var browser = new TestBrowser();
        foreach (var session in SessionsOf(proxy).All)
        {
            session.User.AuthenticationMethods.Should().Equal("pwd");
        }

        var page = await UseAsync(browser, proxy.UrlOf("app"), passkey, cancellation);

        page.Url.Host.Should().Be("app.localhost", page.Body);
        var signedIn = SessionsOf(proxy).All.Single(static session => !session.User.AuthenticationMethods.Contains("pwd")).User;
        signedIn.DisplayName.Should().Be("Alice");
        signedIn.AuthenticationMethods.Should().Equal("hwk", "mfa");
        signedIn.AuthenticationContext.Should().Be("urn:appproxy:two-steps");
        (await UseAsync(browser, proxy.UrlOf("other"), null, cancellation)).Url.Host.Should().Be("other.localhost");
    }

    [Test]
    public async Task And_an_answer_counts_once(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var passkey = await AddAsync(proxy, cancellation);
        using var browser = new TestBrowser();
        using var thief = new TestBrowser();
        var question = await browser.GoAsync(proxy.UrlOf("app"), cancellation);
        var (answer, state) = (passkey.Use(question), question.Form.Fields["passkey-state"]);
        (await browser.SubmitAsync(question, cancellation, ("passkey", answer))).Url.Host.Should().Be("app.localhost");

        var elsewhere = await thief.SubmitAsync(await thief.GoAsync(proxy.UrlOf("app"), cancellation), cancellation, ("passkey", answer));
        var withState = await thief.SubmitAsync(await thief.GoAsync(proxy.UrlOf("app"), cancellation), cancellation, ("passkey", answer), ("passkey-state", state));

        elsewhere.Status.Should().Be(HttpStatusCode.Unauthorized, "it answers another question");
        withState.Status.Should().Be(HttpStatusCode.Unauthorized, "it was used");
        withState.Body.Should().Contain("This passkey is not good here");
        SessionsOf(proxy).All.Count(static session => session.User.AuthenticationMethods.Contains("hwk")).Should().Be(1);
    }

    [TestCase("unknown")]
    [TestCase("removed")]
    [TestCase("wrong origin")]
    [TestCase("other host")]
    [TestCase("nobody was checked")]
    [TestCase("somebody else's name")]
    [TestCase("no passkey at all")]
    public async Task Whose_answer_is_not_right_is_refused(string how, CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var known = await AddAsync(proxy, cancellation);
        using var unknown = new Passkey { Origin = Origin };
        using var browser = new TestBrowser();
        var page = await browser.GoAsync(proxy.UrlOf("app"), cancellation);
        switch (how)
        {
            case "removed":
                await UsersAsync(proxy, async users =>
                {
                    var user = (await users.FindByNameAsync(Alice))!;
                    return await users.RemovePasskeyAsync(user, (await users.GetPasskeysAsync(user)).Single().CredentialId);
                });
                break;
            case "wrong origin":
                known.Origin = "https://gateway.localhost.example";
                break;
            case "other host":
                known.Host = "app.localhost";
                break;
            case "nobody was checked":
                known.IsUserVerified = false;
                break;
            case "somebody else's name":
                known.UserHandle = WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(await UsersAsync(proxy, async users => (await users.FindByNameAsync("bob@corp.test"))!.Id)));
                break;
        }

        var refused = await browser.SubmitAsync(page, cancellation, ("passkey", how switch { "unknown" => unknown.Use(page), "no passkey at all" => "{}", _ => known.Use(page) }));

        refused.Status.Should().Be(HttpStatusCode.Unauthorized, refused.Body);
        refused.Body.Should().Contain("This passkey is not good here");
        (await browser.GoAsync(proxy.UrlOf("app"), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in");
    }

    [Test]
    public async Task Who_is_disabled_does_not_come_in_with_one(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var passkey = await AddAsync(proxy, cancellation);
        await AlterAsync(proxy, static user => user.IsDisabled = true);
        using var browser = new TestBrowser();

        var refused = await UseAsync(browser, proxy.UrlOf("app"), passkey, cancellation);

        refused.Status.Should().Be(HttpStatusCode.Forbidden);
        refused.Body.Should().Contain("This account is disabled");
    }

    [Test]
    public async Task Nobody_adds_what_somebody_else_was_asked_for(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var alices = new TestBrowser();
        using var bobs = new TestBrowser();
        using var passkey = new Passkey { Origin = Origin };
        await SignInHereAsync(alices, proxy.UrlOf("app"), cancellation);
        await SignInHereAsync(bobs, proxy.UrlOf("app"), cancellation, "bob@corp.test");
        var question = await bobs.GoAsync(At("account/passkeys"), cancellation);

        var refused = await alices.SubmitAsync(
            await alices.GoAsync(At("account/passkeys"), cancellation), cancellation, ("passkey", passkey.Create(question)), ("passkey-state", question.Form.Fields["passkey-state"]), ("name", "Mine"));

        refused.Status.Should().Be(HttpStatusCode.BadRequest);
        refused.Body.Should().Contain("This passkey cannot be added");
        (await CountAsync(proxy)).Should().Be(0);
    }

    [Test]
    public async Task A_password_alone_brings_in_no_other_second_step(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var passkey = await AddAsync(proxy, cancellation);
        using var thief = new TestBrowser();
        await SignInHereAsync(thief, proxy.UrlOf("app"), cancellation);

        foreach (var page in (string[])["account/passkeys", "account/two-steps"])
        {
            var answer = await thief.GoAsync(At(page), cancellation);
            answer.Url.AbsolutePath.Should().Be("/directory/sign-in", page);
            answer.Body.Should().Contain("Use your passkey: a password alone is not enough");
        }
    }

    [Test]
    public async Task Where_an_app_asks_for_two_steps_a_passkey_is_them(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation, static options => options.Catalogue["conditionalAccessPolicies"] = JsonNode.Parse(
            """
            [ { "id": "two", "displayName": "Two steps", "state": "enabled",
                "conditions": { "users": { "includeUsers": [ "All" ] }, "applications": { "includeApplications": [ "other" ] } }, "grantControls": { "builtInControls": [ "mfa" ] } } ]
            """)!);
        using var passkey = await AddAsync(proxy, cancellation);
        using var browser = new TestBrowser();
        (await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation)).Url.Host.Should().Be("app.localhost");

        var question = await browser.GoAsync(new Uri(proxy.UrlOf("other"), "page"), cancellation);
        question.Url.AbsolutePath.Should().Be("/directory/sign-in", question.Body);
        question.Body.Should().Contain("Use your passkey: a password alone is not enough");
        var page = await browser.SubmitAsync(question, cancellation, ("passkey", passkey.Use(question)));

        page.Url.Should().Be(new Uri(proxy.UrlOf("other"), "page"), page.Body);
    }

    [Test]
    public async Task They_name_and_remove_them_but_not_the_last_where_their_account_needs_one(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var passkey = await AddAsync(proxy, cancellation);
        await AlterAsync(proxy, static user => user.MustUseTwoSteps = true);
        using var browser = new TestBrowser();
        (await UseAsync(browser, proxy.UrlOf("app"), passkey, cancellation)).Url.Host.Should().Be("app.localhost", "a passkey is enough");

        var renamed = await ChangeAsync("rename", "<b>Key</b>");
        renamed.Body.Should().Contain("&lt;b&gt;Key&lt;/b&gt;").And.NotContain("<b><b>");
        (await ChangeAsync("rename", " ")).Body.Should().Contain("A passkey needs a name");
        (await ChangeAsync("remove", "x")).Body.Should().Contain("You may not remove your last second step");
        await AlterAsync(proxy, static user => user.MustUseTwoSteps = false);
        var removed = await ChangeAsync("remove", "x");

        removed.Status.Should().Be(HttpStatusCode.OK);
        (await CountAsync(proxy)).Should().Be(0);
        SessionsOf(proxy).All.Should().OnlyContain(static session => session.IsEnded, "whoever is in with it is out");

        async Task<BrowserAnswer> ChangeAsync(string what, string name)
        {
            var page = await browser.GoAsync(At("account/passkeys"), cancellation);
            var id = await UsersAsync(proxy, async users => WebEncoders.Base64UrlEncode((await users.GetPasskeysAsync((await users.FindByNameAsync(Alice))!)).Single().CredentialId));
            return await browser.SubmitAsync(page, cancellation, ("do", what), ("id", id), ("name", name));
        }
    }

    [Test]
    public async Task And_a_network_that_keeps_failing_is_held_back(CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        using var passkey = new Passkey { Origin = Origin };
        using var browser = new TestBrowser();
        var page = await browser.GoAsync(At("sign-in"), cancellation);
        for (var tried = 0; tried < 30; tried++)
        {
            page = await browser.SubmitAsync(page, cancellation, ("passkey", passkey.Use(page)));
            page.Status.Should().Be(HttpStatusCode.Unauthorized);
        }

        var held = await browser.SubmitAsync(page, cancellation, ("passkey", passkey.Use(page)));

        held.Status.Should().Be(HttpStatusCode.TooManyRequests);
        held.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(10));
        Patience.Advance(TimeSpan.FromSeconds(10));
        (await browser.SubmitAsync(page, cancellation, ("passkey", passkey.Use(page)))).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await browser.SubmitAsync(page, cancellation, ("passkey", passkey.Use(page)))).Status.Should().Be(HttpStatusCode.TooManyRequests);
    }

    private string Origin => Own.GetLeftPart(UriPartial.Authority);

    /// <summary>Alice signs in with her password, and adds one.</summary>
    private async Task<Passkey> AddAsync(TestEnvironment proxy, CancellationToken cancellation)
    {
        var passkey = new Passkey { Origin = Origin };
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        var page = await browser.GoAsync(At("account/passkeys"), cancellation);
        var added = await browser.SubmitAsync(page, cancellation, ("passkey", passkey.Create(page)), ("name", "My phone"));
        added.Status.Should().Be(HttpStatusCode.OK, added.Body);
        added.Body.Should().Contain("<b>My phone</b>");
        return passkey;
    }

    /// <summary>Opens a page of an app, and uses the passkey where the directory asks.</summary>
    private static async Task<BrowserAnswer> UseAsync(TestBrowser browser, Uri page, Passkey? passkey, CancellationToken cancellation)
    {
        var question = await browser.GoAsync(page, cancellation);
        return passkey is null ? question : await browser.SubmitAsync(question, cancellation, ("passkey", passkey.Use(question)));
    }

    private static Task<int> CountAsync(TestEnvironment proxy) => UsersAsync(proxy, async users => (await users.GetPasskeysAsync((await users.FindByNameAsync(Alice))!)).Count);

    private static Task<IdentityResult> AlterAsync(TestEnvironment proxy, Action<AppProxy.Gateway.Directory.Accounts.DirectoryUser> change) => UsersAsync(proxy, async users =>
    {
        var user = (await users.FindByNameAsync(Alice))!;
        change(user);
        return await users.UpdateAsync(user);
    });
}
