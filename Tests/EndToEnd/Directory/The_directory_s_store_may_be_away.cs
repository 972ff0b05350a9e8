using System.Net;
using AppProxy.Gateway.Storage;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>Then everybody is told the same, and who asks can be told why.</summary>
[CancelAfter(SignInGuard)]
public sealed class The_directory_s_store_may_be_away : DirectoryTest
{
    [Test]
    public async Task Then_so_is_who_signs_in_who_is_signed_in_and_who_has_a_link(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var alice = new TestBrowser();
        using var bob = new TestBrowser();
        await SignInHereAsync(alice, proxy.UrlOf("app"), cancellation);
        var link = await LinkAsync(proxy, "bob@corp.test", cancellation);
        var form = await bob.GoAsync(proxy.UrlOf("app"), cancellation);

        // What Identity uses by itself, what is behind its connection, and what is ours.
        await RenameAsync("DirectoryUsers", "Away");
        ShouldBeToldOf(await bob.SubmitAsync(form, cancellation, ("name", "bob@corp.test"), ("password", Password)));
        ShouldBeToldOf(await alice.GoAsync(At("account/password"), cancellation));
        await RenameAsync("Away", "DirectoryUsers");
        await RenameAsync("DirectoryEndedSessions", "Away");
        ShouldBeToldOf(await alice.GoAsync(At("account/password"), cancellation));
        await RenameAsync("DirectoryLinks", "AwayToo");
        ShouldBeToldOf(await bob.GoAsync(link, cancellation));

        await RenameAsync("Away", "DirectoryEndedSessions");
        await RenameAsync("AwayToo", "DirectoryLinks");
        (await bob.SubmitAsync(form, cancellation, ("name", "bob@corp.test"), ("password", Password))).Url.Host.Should().Be("app.localhost");

        Task RenameAsync(string from, string to) => SignInTest.RenameAsync(StoreConnection.Parse(Store), from, to, cancellation);
    }

    [Test]
    public async Task And_so_is_who_has_signed_in_and_comes_back(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var bob = new TestBrowser();
        var form = await bob.GoAsync(proxy.UrlOf("app"), cancellation);
        var fields = form.Form.Fields.Where(static field => field.Key is not ("name" or "password")).Append(new("name", "bob@corp.test")).Append(new("password", Password)).ToList();
        var callback = await bob.PostAsync(form.Form.Action, fields, form.Url, cancellation, static url => url.AbsolutePath == "/sign-in/callback");
        callback.Way[^1].AbsolutePath.Should().Be("/sign-in/callback");

        // With the code the gateway asks its own directory for tokens; the framework's handler says in the log what stopped it.
        ExpectErrors(17);
        await RenameAsync(StoreConnection.Parse(Store), "DirectoryTokens", "Away", cancellation);
        ShouldBeToldOf(await bob.GoAsync(callback.Way[^1], cancellation), "DirectoryTokens");
    }

    /// <summary>Identity's own handler takes it for a wrong answer.</summary>
    [Test]
    public async Task And_so_is_who_has_a_passkey_which_is_not_wrong_for_that(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var passkey = new Passkey { Origin = Own.GetLeftPart(UriPartial.Authority) };
        using var browser = new TestBrowser();
        var page = await SignInHereAsync(browser, At("account/passkeys"), cancellation);
        await browser.SubmitAsync(page, cancellation, ("passkey", passkey.Create(page)), ("name", "Phone"));
        using var other = new TestBrowser();
        var form = await other.GoAsync(proxy.UrlOf("app"), cancellation);

        await RenameAsync(StoreConnection.Parse(Store), "DirectoryPasskeys", "Away", cancellation);
        // More often than a network may be wrong.
        for (var tried = 0; tried < 31; tried++)
        {
            ShouldBeToldOf(await other.SubmitAsync(form, cancellation, ("passkey", passkey.Use(form))), "DirectoryPasskeys");
        }

        Log.Entries.Should().NotContain(static entry => entry.Text.Contains("wrong-passkey"));
        await RenameAsync(StoreConnection.Parse(Store), "Away", "DirectoryPasskeys", cancellation);
        (await other.SubmitAsync(form, cancellation, ("passkey", passkey.Use(form)))).Url.Host.Should().Be("app.localhost");
    }

    [Test]
    public async Task And_so_is_who_adds_a_passkey(CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        using var passkey = new Passkey { Origin = Own.GetLeftPart(UriPartial.Authority) };
        using var browser = new TestBrowser();
        var page = await SignInHereAsync(browser, At("account/passkeys"), cancellation);

        await RenameAsync(StoreConnection.Parse(Store), "DirectoryPasskeys", "Away", cancellation);

        ShouldBeToldOf(await browser.SubmitAsync(page, cancellation, ("passkey", passkey.Create(page)), ("name", "Phone")), "DirectoryPasskeys");
    }

    /// <summary>What is over at one of the two only would not be asked for again.</summary>
    [Test]
    public async Task And_so_is_who_signs_out_and_is_signed_in_at_both_still(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        var question = await browser.GoAsync(At("end-session?client_id=gateway"), cancellation);

        await RenameAsync(StoreConnection.Parse(Store), "Sessions", "Away", cancellation);
        ShouldBeToldOf(await browser.SubmitAsync(question, cancellation), "Sessions");
        await RenameAsync(StoreConnection.Parse(Store), "Away", "Sessions", cancellation);

        SessionsOf(proxy).All.Should().OnlyContain(static session => !session.IsEnded);
        (await browser.GoAsync(At("account/password"), cancellation)).Url.AbsolutePath.Should().Be("/directory/account/password");
        (await browser.SubmitAsync(question, cancellation)).Url.Should().Be(new Uri(Own, "sign-out/done"));
        SessionsOf(proxy).All.Should().OnlyContain(static session => session.IsEnded);
        (await browser.GoAsync(At("account/password"), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in");
    }

    [Test]
    public async Task And_a_program_learns_it_by_problem_details(CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        using var program = new TestBrowser();
        await RenameAsync(StoreConnection.Parse(Store), "DirectoryClients", "Away", cancellation);

        using var answer = await program.FetchAsync(HttpMethod.Get, At("authorize?client_id=nightly-report&response_type=code&redirect_uri=http://127.0.0.1/"), cancellation, ("Accept", "application/json"));

        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        answer.Headers.GetValues("AppProxy-Error").Should().Equal("store-unavailable");
        answer.Headers.RetryAfter.Should().NotBeNull();
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }

    [Test]
    public async Task And_so_is_who_opens_the_portal(CancellationToken cancellation)
    {
        var clock = new JumpingClock();
        var proxy = await StartDirectoryAsync(cancellation, options => options.Time = clock);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        await RenameAsync(StoreConnection.Parse(Store), "Sessions", "Away", cancellation);
        clock.SetAhead(TimeSpan.FromMinutes(20));
        SessionsOf(proxy).Trim();

        ShouldBeToldOf(await browser.GoAsync(Own, cancellation));
    }
}
