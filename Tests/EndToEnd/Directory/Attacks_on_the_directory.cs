using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

[CancelAfter(SignInGuard)]
public sealed partial class Attacks_on_the_directory : DirectoryTest
{
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    [Test]
    public async Task Guessing_one_password_is_slow_and_locks_nobody_out(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var owner = new TestBrowser();
        using var attacker = new TestBrowser();
        await SignInHereAsync(owner, proxy.UrlOf("app"), cancellation);

        var form = await attacker.GoAsync(proxy.UrlOf("app"), cancellation);
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 8; i++)
        {
            statuses.Add((await attacker.SubmitAsync(form, cancellation, ("name", "alice@corp.test"), ("password", "guess" + i.ToString(CultureInfo.InvariantCulture)))).Status);
        }

        var right = await attacker.SubmitAsync(form, cancellation, ("name", "alice@corp.test"), ("password", Password));

        statuses.Should().Equal([.. Enumerable.Repeat(HttpStatusCode.Unauthorized, 5), .. Enumerable.Repeat(HttpStatusCode.TooManyRequests, 3)]);
        right.Status.Should().Be(HttpStatusCode.TooManyRequests, "a right guess is as slow as a wrong one");
        right.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromMinutes(1));
        Log.Entries.Count(static entry => entry.EventId == 6501 && entry.Text.Contains("too-many-attempts", StringComparison.Ordinal)).Should().Be(1, "trying on fills no log");
        // The same network, the same account: but a browser that it knows.
        owner.Forget(static cookie => !cookie.Name.EndsWith("Directory-Browser", StringComparison.Ordinal));
        (await SignInHereAsync(owner, proxy.UrlOf("app"), cancellation)).Url.Host.Should().Be("app.localhost");
    }

    [Test]
    public async Task Spraying_one_password_over_many_names_is_slow(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var attacker = new TestBrowser();
        var form = await attacker.GoAsync(proxy.UrlOf("app"), cancellation);

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 40; i++)
        {
            statuses.Add((await attacker.SubmitAsync(form, cancellation, ("name", $"user{i}@corp.test"), ("password", "Summer2026!!"))).Status);
        }

        statuses.Should().Equal([.. Enumerable.Repeat(HttpStatusCode.Unauthorized, 30), .. Enumerable.Repeat(HttpStatusCode.TooManyRequests, 10)]);
    }

    [Test]
    public async Task Whether_a_name_exists_is_told_neither_by_words_nor_by_the_work_that_it_makes(CancellationToken cancellation)
    {
        var work = new ConcurrentQueue<int>();
        var proxy = await StartDirectoryAsync(cancellation, options => options.GatewayParts += services => services.AddScoped<IPasswordHasher<DirectoryUser>>(provider =>
            new CountingHasher(ActivatorUtilities.CreateInstance<PasswordHasher<DirectoryUser>>(provider), work)));
        await UsersAsync(proxy, static async users => await users.CreateAsync(new DirectoryUser { UserName = "invited@corp.test" }));
        using var browser = new TestBrowser();
        var form = await browser.GoAsync(proxy.UrlOf("app"), cancellation);

        var (known, knownWork) = await TryAsync("alice@corp.test", "wrong");
        foreach (var (name, password) in (ReadOnlySpan<(string, string)>)
            [("eve77@corp.test", "wrong"), ("invited@corp.test", "wrong"), ("alice@corp.test", new string('x', 5000)), ("eve77@corp.test", new string('x', 5000)), ("alice@corp.test", ""), ("eve77@corp.test", "")])
        {
            var (page, pages) = TryAsync(name, password).GetAwaiter().GetResult();
            Fixed(page.Body, name).Should().Be(Fixed(known.Body, "alice@corp.test"), name);
            page.Status.Should().Be(known.Status);
            pages.Should().Equal(knownWork);
        }

        knownWork.Should().Equal(210_000);

        async Task<(BrowserAnswer Page, int[] Work)> TryAsync(string name, string password)
        {
            work.Clear();
            return (await browser.SubmitAsync(form, cancellation, ("name", name), ("password", password)), [.. work]);
        }

        static string Fixed(string body, string name) => Random().Replace(body.Replace(name, "", StringComparison.Ordinal), "");
    }

    [Test]
    public async Task Guessing_the_second_step_is_slow(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        var key = await AddAuthenticatorAsync(proxy, "alice@corp.test");
        using var attacker = new TestBrowser();
        var form = await SignInHereAsync(attacker, proxy.UrlOf("app"), cancellation);

        var right = Authenticator.Code(key);
        for (var i = 0; i < 10; i++)
        {
            var wrong = ((int.Parse(right, CultureInfo.InvariantCulture) + 100_003 + i) % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
            (await attacker.SubmitAsync(form, cancellation, ("code", wrong))).Status.Should().Be(HttpStatusCode.Unauthorized);
        }

        (await attacker.SubmitAsync(form, cancellation, ("code", Authenticator.Code(key)))).Status.Should().Be(HttpStatusCode.TooManyRequests);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Half_a_sign_in_ends_with_its_password(bool isReset, CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        var key = await AddAuthenticatorAsync(proxy, "alice@corp.test");
        var recovery = await UsersAsync(proxy, async users => (await users.GenerateNewTwoFactorRecoveryCodesAsync((await users.FindByNameAsync("alice@corp.test"))!, 1))!.Single());
        using var attacker = new TestBrowser();
        var form = await SignInHereAsync(attacker, proxy.UrlOf("app"), cancellation);
        form.Url.AbsolutePath.Should().Be("/directory/sign-in/code");
        var other = await attacker.GoAsync(At("sign-in/recovery-code"), cancellation);

        if (isReset)
        {
            await using var scope = proxy.GatewayServices.CreateAsyncScope();
            var directory = scope.ServiceProvider.GetRequiredService<DirectoryAdministration>();
            await directory.ResetAsync(await directory.GetAsync("alice@corp.test"), isSecondStepLost: false, cancellation);
        }
        else
        {
            await UsersAsync(proxy, async users => await users.ChangePasswordAsync((await users.FindByNameAsync("alice@corp.test"))!, Password, "Quarz-heron.over.9.fjords"));
        }

        (await attacker.SubmitAsync(form, cancellation, ("code", Authenticator.Code(key)))).Url.AbsolutePath.Should().Be("/directory/sign-in");
        (await attacker.SubmitAsync(other, cancellation, ("code", recovery))).Url.AbsolutePath.Should().Be("/directory/sign-in");
        (await attacker.GoAsync(At("sign-in/code"), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in");
        SessionsOf(proxy).All.Should().BeEmpty();
        (await UsersAsync(proxy, async users => await users.CountRecoveryCodesAsync((await users.FindByNameAsync("alice@corp.test"))!))).Should().Be(1);
    }

    [TestCase("sign-in", 1025)]
    [TestCase("sign-in", 1)]
    [TestCase("account/two-steps", 1025)]
    [TestCase("link", 1025)]
    [TestCase("token", 1025)]
    [TestCase("end-session", 1025)]
    [TestCase("device-authorization", 1025)]
    [TestCase("../sign-out", 1025)]
    [TestCase("../account/end-session", 1025)]
    public async Task A_form_that_is_no_form_is_refused(string path, int fields, CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        // One may be too long a name, as many may be too many.
        var sent = Enumerable.Range(0, fields).Select(number => KeyValuePair.Create(new string('x', fields == 1 ? 3000 : 1) + number, "1"));

        var answer = await browser.PostAsync(At(path), sent, At(path), cancellation);

        answer.Status.Should().Be(HttpStatusCode.BadRequest, answer.Body);
        answer.Body.Should().Contain("form-refused");
    }

    [Test]
    public async Task A_form_of_parts_is_none_of_ours(CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        foreach (var path in (Uri[])[At("sign-in"), At("link"), new Uri(Own, "sign-out")])
        {
            var form = await browser.GoAsync(At("sign-in"), cancellation);
            var answer = await browser.SendAsync(path, new StringContent("--x\r\nno part", new MediaTypeHeaderValue("multipart/form-data") { Parameters = { new("boundary", "x") } }), form.Url, cancellation);
            ((int)answer.Status).Should().BeLessThan(500, answer.Body);
        }

        var many = Enumerable.Range(0, 1025).Select(static number => KeyValuePair.Create("x" + number, ""));
        (await browser.PostAsync(new Uri(Own, "sign-out/back-channel"), many, Own, cancellation)).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Markup_in_names_is_text(CancellationToken cancellation)
    {
        const string Markup = "<script>alert(1)</script>\"'><img src=x>";
        var proxy = await StartDirectoryAsync(cancellation);
        await AddUserAsync(proxy, "mallory@corp.test", Markup);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation, "mallory@corp.test");

        foreach (var page in (Uri[])[new Uri(Own, "sign-out"), At("end-session"), At("account/password"), At("account/two-steps")])
        {
            (await browser.GoAsync(page, cancellation)).Body.Should().NotContain("<script>alert").And.NotContain("<img src=x>");
        }

        var form = await browser.GoAsync(At("sign-in"), cancellation);
        (await browser.SubmitAsync(form, cancellation, ("name", Markup), ("password", "x"))).Body.Should().NotContain("<script>alert").And.NotContain("<img src=x>");
    }

    [TestCase("//evil.example/")]
    [TestCase("https://evil.example/")]
    [TestCase("/directory/\\evil.example")]
    [TestCase("/sign-out")]
    [TestCase("javascript:alert(1)")]
    public async Task The_way_back_leads_nowhere_else(string path, CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        var form = await browser.GoAsync(At("sign-in?return=" + Uri.EscapeDataString(path)), cancellation);
        var (action, fields) = form.Form;
        fields["name"] = "alice@corp.test";
        fields["password"] = Password;

        var page = await browser.PostAsync(action, fields, form.Url, cancellation);

        page.Way[^1].Should().Be(Own);
    }

    [TestCase("redirect_uri", "https://evil.example/sign-in/callback")]
    [TestCase("redirect_uri", "https://gateway.localhost/sign-in/callback/")]
    [TestCase("client_id", "somebody-else")]
    [TestCase("response_type", "token")]
    [TestCase("response_type", "code id_token")]
    [TestCase("code_challenge", null)]
    [TestCase("code_challenge_method", "plain")]
    [TestCase("code_challenge_method", null)]
    [TestCase("request_uri", "https://evil.example/request.jwt")]
    public async Task An_authorization_request_that_was_bent_is_refused(string parameter, string? value, CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);

        var answer = await browser.GoAsync(Authorize(parameter, value), cancellation, static url => url.AbsolutePath == "/sign-in/callback");

        answer.Way.Should().OnlyContain(url => url.Host == Own.Host);
        answer.Way[^1].Query.Should().NotContain("code=");
        (answer.Status == HttpStatusCode.BadRequest || answer.Way[^1].Query.Contains("error=")).Should().BeTrue(answer.Body);
    }

    [Test]
    public async Task A_code_is_worth_nothing_without_its_verifier_and_works_once(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);

        (await RedeemAsync(await CodeAsync(), null)).Should().Be(HttpStatusCode.BadRequest);
        (await RedeemAsync(await CodeAsync(), "wrong-verifier-wrong-verifier-wrong-verifier-1")).Should().Be(HttpStatusCode.BadRequest);
        var code = await CodeAsync();
        (await RedeemAsync(code, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).Should().Be(HttpStatusCode.OK);
        (await RedeemAsync(code, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).Should().Be(HttpStatusCode.BadRequest);

        async Task<string> CodeAsync()
            => QueryHelpers.ParseQuery((await browser.GoAsync(Authorize("scope", "openid"), cancellation, static url => url.AbsolutePath == "/sign-in/callback")).Way[^1].Query)["code"].ToString();

        async Task<HttpStatusCode> RedeemAsync(string redeemed, string? verifier)
        {
            var fields = new Dictionary<string, string> { ["grant_type"] = "authorization_code", ["client_id"] = "gateway", ["redirect_uri"] = new Uri(Own, "sign-in/callback").ToString(), ["code"] = redeemed };
            if (verifier is not null)
            {
                fields["code_verifier"] = verifier;
            }

            return (await browser.PostAsync(At("token"), fields, Own, cancellation)).Status;
        }
    }

    [Test]
    public async Task Under_another_name_there_is_no_directory(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();

        foreach (var path in (string[])["directory/sign-in", "directory/.well-known/openid-configuration", "directory/link"])
        {
            (await browser.FetchAsync(HttpMethod.Get, new Uri($"https://elsewhere.localhost:{Own.Port}/{path}"), cancellation)).StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await browser.GoAsync(new Uri(proxy.UrlOf("app"), path), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in", "on an app's host it is the app's, for who signs in");
        }
    }

    private Uri Authorize(string parameter, string? value)
    {
        var parameters = new Dictionary<string, string?>
        {
            ["client_id"] = "gateway",
            ["redirect_uri"] = new Uri(Own, "sign-in/callback").ToString(),
            ["response_type"] = "code",
            ["scope"] = "openid",
            ["state"] = "s",
            ["nonce"] = "n",
            ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256",
        };
        parameters[parameter] = value;
        return new Uri(QueryHelpers.AddQueryString(At("authorize").ToString(), parameters.Where(static one => one.Value is not null)));
    }

    /// <summary>Notes how many rounds each check of a password takes.</summary>
    private sealed class CountingHasher(PasswordHasher<DirectoryUser> real, ConcurrentQueue<int> work) : IPasswordHasher<DirectoryUser>
    {
        public string HashPassword(DirectoryUser user, string password) => real.HashPassword(user, password);

        public PasswordVerificationResult VerifyHashedPassword(DirectoryUser user, string hashedPassword, string providedPassword)
        {
            // Identity's format: a marker, the function, the rounds, each number of four octets.
            work.Enqueue(BinaryPrimitives.ReadInt32BigEndian(Convert.FromBase64String(hashedPassword).AsSpan(1 + sizeof(int))));
            return real.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }

    /// <summary>What is another on every page.</summary>
    [GeneratedRegex("name=\"(token|return|passkey-state)\" value=\"[^\"]*\"|&quot;challenge&quot;:&quot;[A-Za-z0-9_-]+&quot;|nonce=\"[^\"]*\"")]
    private static partial Regex Random();
}
