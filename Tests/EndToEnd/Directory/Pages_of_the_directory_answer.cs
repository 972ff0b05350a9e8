using System.Net;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>Where pages lead who must sign in first, when they ask to wait, and what programs learn of them.</summary>
[CancelAfter(SignInGuard)]
public sealed class Pages_of_the_directory_answer : DirectoryTest
{
    private const string Alice = "alice@corp.test";

    /// <summary>Where somebody wanted to go on to.</summary>
    private const string Wanted = "/directory/account/password";

    [Test]
    public async Task Who_signs_in_with_a_second_step_first_comes_back_to_the_recovery_codes_and_goes_on_from_there(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        var key = await AddAuthenticatorAsync(proxy, Alice);
        using var browser = new TestBrowser();
        await SetTwoStepsAsync(false);
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        await SetTwoStepsAsync(true);

        var page = await SignInHereAsync(browser, At("account/recovery-codes?return=" + Wanted), cancellation);
        page.Url.AbsolutePath.Should().Be("/directory/sign-in/code", page.Body);
        page = await browser.SubmitAsync(page, cancellation, ("code", Authenticator.Code(key)));

        page.Url.AbsolutePath.Should().Be("/directory/account/recovery-codes");
        ReturnOf(page.Form.Action).Should().Be(Wanted);
        (await browser.SubmitAsync(page, cancellation)).Body.Should().Contain($"<a class=\"button\" href=\"{Wanted}\">");

        Task<bool> SetTwoStepsAsync(bool isOn) => UsersAsync(proxy, async users =>
        {
            var user = (await users.FindByNameAsync(Alice))!;
            user.TwoFactorEnabled = isOn;
            return (await users.UpdateAsync(user)).Succeeded;
        });
    }

    [Test]
    public async Task Who_must_use_a_passkey_first_comes_back_and_goes_on_from_there(CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        using var passkey = new Passkey { Origin = Own.GetLeftPart(UriPartial.Authority) };
        using var adds = new TestBrowser();
        using var browser = new TestBrowser();
        var page = await SignInHereAsync(adds, At("account/passkeys"), cancellation);
        await adds.SubmitAsync(page, cancellation, ("passkey", passkey.Create(page)), ("name", "Phone"));

        page = await SignInHereAsync(browser, At("account/passkeys?return=" + Wanted), cancellation);
        page.Body.Should().Contain("Use your passkey");
        page = await browser.SubmitAsync(page, cancellation, ("passkey", passkey.Use(page)));

        page.Url.AbsolutePath.Should().Be("/directory/account/passkeys");
        page.Body.Should().Contain($"<a href=\"{Wanted}\">");
    }

    [Test]
    public async Task A_form_that_comes_too_late_leads_to_where_it_would_have(CancellationToken cancellation)
    {
        var clock = new JumpingClock();
        await StartDirectoryAsync(cancellation, options => options.Time = clock);
        using var browser = new TestBrowser();
        var page = await SignInHereAsync(browser, At("account/password?return=" + Wanted), cancellation);
        clock.SetAhead(TimeSpan.FromMinutes(16));

        page = await browser.SubmitAsync(page, cancellation, ("password", Password), ("new-password", "Quarz-heron.over.9.fjords"), ("repeated", "Quarz-heron.over.9.fjords"));

        page.Url.AbsolutePath.Should().Be("/directory/sign-in");
        ReturnOf(new Uri(Own, ReturnOf(page.Url))).Should().Be(Wanted);
    }

    [TestCase("account/password", "60", 6431, "password", "new-password", "repeated")]
    [TestCase("account/two-steps", "360", 6432, "code")]
    public async Task Who_tries_too_often_is_told_for_how_long_and_it_is_logged(string path, string wait, int eventId, params string[] fields)
    {
        var cancellation = TestContext.CurrentContext.CancellationToken;
        await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        var form = await SignInHereAsync(browser, At(path), cancellation);

        BrowserAnswer answer;
        do
        {
            answer = await browser.SubmitAsync(form, cancellation, [.. fields.Select(static field => (field, field == "code" ? "000000" : "Quarz-heron.over.9.fjords"))]);
        }
        while (answer.Status == HttpStatusCode.BadRequest);

        answer.Status.Should().Be(HttpStatusCode.TooManyRequests);
        answer.Headers.GetValues("Retry-After").Should().Equal(wait);
        Log.Entries.Should().Contain(entry => entry.EventId == eventId && entry.Level == LogLevel.Warning);
    }

    [TestCase("directory/sign-in")]
    [TestCase("directory/account/password")]
    [TestCase("sign-out")]
    [TestCase("sign-out/done")]
    public async Task Whoever_asks_only_for_the_head_gets_it(string path, CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);

        using var head = await browser.FetchAsync(HttpMethod.Head, new Uri(Own, path), cancellation);

        head.StatusCode.Should().Be(HttpStatusCode.OK);
        head.Content.Headers.ContentType!.MediaType.Should().Be("text/html");
        (await head.Content.ReadAsByteArrayAsync(cancellation)).Should().BeEmpty();
    }

    private static string ReturnOf(Uri url) => QueryHelpers.ParseQuery(url.Query)["return"].ToString();
}
