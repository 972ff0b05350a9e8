using System.Net;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

[CancelAfter(SignInGuard)]
public sealed class People_let_programs_act_for_them : DirectoryTest
{
    private const string Client = "photo-sync";

    [Test]
    public async Task By_typing_a_code_that_the_program_shows(CancellationToken cancellation)
    {
        var proxy = await StartWithProgramAsync(cancellation);
        var program = Use(await NativeProgram.StartAsync("device", At(""), Client, cancellation));
        var code = program.Begun.GetProperty("code").GetString()!;
        code.Should().MatchRegex("^[0-9]{3}-[0-9]{3}-[0-9]{3}$");
        using var browser = new TestBrowser();

        var typing = await SignInHereAsync(browser, program.Url(), cancellation);
        typing.Url.Should().Be(At("device"));
        var wrong = await browser.SubmitAsync(typing, cancellation, ("user_code", Other(code)));
        wrong.Status.Should().Be(HttpStatusCode.BadRequest);
        wrong.Body.Should().Contain("There is no such code");
        var question = await browser.SubmitAsync(wrong, cancellation, ("user_code", code.Replace('-', ' ')));
        question.Body.Should().Contain("Let Photo sync act for you?").And.Contain("<b>Alice</b> (alice@corp.test)").And.Contain("Only allow it if you have just started it yourself");
        var done = await browser.SubmitAsync(question, cancellation);

        done.Url.Should().Be(At("device/done"));
        done.Body.Should().Contain("go on in the program");
        var end = await program.EndAsync(cancellation);
        end.GetProperty("name").GetString().Should().Be("Alice");
        (await AskAppAsync(proxy, end.GetProperty("access").GetString()!, cancellation)).Should().Be((HttpStatusCode.OK, "alice@corp.test"));
        Log.Entries.Should().Contain(static entry => entry.EventId == 6501 && entry.Text.Contains("SignIn success: user 'alice@corp.test'") && entry.Text.Contains("program 'photo-sync'"));
        (await browser.GoAsync(At("device?user_code=" + code), cancellation)).Body.Should().Contain("There is no such code", "it counted once");
    }

    [Test]
    public async Task Or_not(CancellationToken cancellation)
    {
        await StartWithProgramAsync(cancellation);
        var program = Use(await NativeProgram.StartAsync("device", At(""), Client, cancellation));
        using var browser = new TestBrowser();

        var question = await SignInHereAsync(browser, program.Url("complete"), cancellation);
        question.Body.Should().Contain("Let Photo sync act for you?", "a link allows nothing by itself").And.Contain($"<b>{program.Begun.GetProperty("code").GetString()}</b>");
        var end = await browser.SubmitAsync(question, cancellation, ("refuse", "yes"));

        end.Url.Should().Be(At("device/denied"));
        (await program.EndAsync(cancellation)).GetProperty("error").GetString().Should().Be("access_denied");
    }

    [Test]
    public async Task For_as_long_as_they_may_sign_in(CancellationToken cancellation)
    {
        var proxy = await StartWithProgramAsync(cancellation);
        var program = Use(await NativeProgram.StartAsync("device", At(""), Client, cancellation));
        using var browser = new TestBrowser();
        await browser.SubmitAsync(await SignInHereAsync(browser, program.Url("complete"), cancellation), cancellation);
        var first = (await program.EndAsync(cancellation)).GetProperty("access").GetString();

        var second = (await program.RefreshAsync(cancellation)).GetProperty("access").GetString()!;
        second.Should().NotBe(first);
        (await AskAppAsync(proxy, second, cancellation)).Should().Be((HttpStatusCode.OK, "alice@corp.test"));
        await UsersAsync(proxy, async users => await users.UpdateSecurityStampAsync((await users.FindByNameAsync("alice@corp.test"))!));

        (await program.RefreshAsync(cancellation)).GetProperty("error").GetString().Should().Be("invalid_grant", "she signed out everywhere");
    }

    [Test]
    public async Task In_their_browser_on_the_same_machine(CancellationToken cancellation)
    {
        var proxy = await StartWithProgramAsync(cancellation);
        var program = Use(await NativeProgram.StartAsync("loopback", At(""), Client, cancellation));
        using var browser = new TestBrowser();

        var question = await SignInHereAsync(browser, program.Url(), cancellation);
        question.Body.Should().Contain("Let Photo sync act for you?");
        var end = await browser.SubmitAsync(question, cancellation);

        end.Body.Should().Be("You can go back to the program.");
        end.Url.GetLeftPart(UriPartial.Path).Should().Be(program.Url("own").ToString());
        var access = (await program.EndAsync(cancellation)).GetProperty("access").GetString()!;
        (await AskAppAsync(proxy, access, cancellation)).Should().Be((HttpStatusCode.OK, "alice@corp.test"));

        var given = end.Way.First(static url => url.Query.Contains("consent=", StringComparison.Ordinal));
        var another = Use(await NativeProgram.StartAsync("loopback", At(""), Client, cancellation));
        var stolen = new Uri(QueryHelpers.AddQueryString(another.Url().ToString(), "consent", QueryHelpers.ParseQuery(given.Query)["consent"]!));
        var again = await browser.GoAsync(stolen, cancellation);
        again.Body.Should().Contain("Let Photo sync act for you?", "an answer is for one request");
        await browser.SubmitAsync(again, cancellation, ("refuse", "yes"));
        Log.Entries.Where(static entry => entry.EventId == 6501 && entry.Text.Contains("program 'photo-sync'")).Select(static entry => entry.Text.Split(':')[0])
            .Should().Equal("SignIn success", "SignIn access_denied");
        (await another.EndAsync(cancellation)).GetProperty("error").GetString().Should().Be("access_denied");
    }

    [Test]
    public async Task After_a_second_step_where_they_need_one(CancellationToken cancellation)
    {
        var proxy = await StartWithProgramAsync(cancellation);
        await UsersAsync(proxy, async users =>
        {
            var alice = (await users.FindByNameAsync("alice@corp.test"))!;
            alice.MustUseTwoSteps = true;
            return await users.UpdateAsync(alice);
        });
        using var browser = new TestBrowser();

        var page = await SignInHereAsync(browser, At("device"), cancellation);

        page.Url.AbsolutePath.Should().Be("/directory/account/two-steps");
        page.Url.Query.Should().Contain(Uri.EscapeDataString("/directory/device"));
    }

    [Test]
    public async Task And_nobody_finds_a_code_by_trying(CancellationToken cancellation)
    {
        await StartWithProgramAsync(cancellation);
        var program = Use(await NativeProgram.StartAsync("device", At(""), Client, cancellation));
        var code = program.Begun.GetProperty("code").GetString()!;
        using var browser = new TestBrowser();
        var page = await SignInHereAsync(browser, At("device"), cancellation);

        for (var attempt = 0; attempt < 10; attempt++)
        {
            page = await browser.SubmitAsync(page, cancellation, ("user_code", Other(code)));
            page.Status.Should().Be(HttpStatusCode.BadRequest);
        }

        var refused = await browser.SubmitAsync(page, cancellation, ("user_code", code));
        refused.Status.Should().Be(HttpStatusCode.TooManyRequests);
        refused.Body.Should().Contain("too many wrong codes").And.NotContain("Photo sync");
        var direct = await browser.PostAsync(At("device"), Merge(refused.Form.Fields, ("user_code", code), ("answer", "allow")), At("device"), cancellation);
        direct.Status.Should().Be(HttpStatusCode.TooManyRequests);
        using var other = new TestBrowser();
        (await SignInHereAsync(other, program.Url("complete"), cancellation, "bob@corp.test")).Body.Should().Contain("Let Photo sync act for you?", "others go on");
    }

    [Test]
    public async Task And_no_other_page_or_person_answers_for_them(CancellationToken cancellation)
    {
        await StartWithProgramAsync(cancellation);
        var program = Use(await NativeProgram.StartAsync("device", At(""), Client, cancellation));
        var code = program.Begun.GetProperty("code").GetString()!;
        using var browser = new TestBrowser();
        using var thief = new TestBrowser();
        var question = await SignInHereAsync(browser, program.Url("complete"), cancellation);
        var theirs = await SignInHereAsync(thief, program.Url("complete"), cancellation, "bob@corp.test");

        var foreign = await browser.PostAsync(At("device"), [new("user_code", code), new("answer", "allow")], new Uri("https://evil.test/"), cancellation);
        var forged = await browser.PostAsync(At("device"), [new("user_code", code), new("answer", "allow")], At("device"), cancellation);
        var crossed = await browser.PostAsync(At("device"), theirs.Form.Fields, At("device"), cancellation);
        var unsent = await browser.PostAsync(At("consent"), [new("return", "/directory/authorize?client_id=photo-sync"), new("answer", "allow")], new Uri("https://evil.test/"), cancellation);

        foreign.Url.AbsolutePath.Should().Be("/directory/sign-in", "cookies do not come along from elsewhere");
        forged.Body.Should().Contain("form-refused");
        crossed.Body.Should().Contain("form-refused");
        unsent.Url.AbsolutePath.Should().Be("/directory/sign-in");
        (await browser.SubmitAsync(question, cancellation)).Url.Should().Be(At("device/done"), "the code is good still");
    }

    [TestCase("redirect_uri", "http://evil.test/")]
    [TestCase("redirect_uri", "https://127.0.0.1/")]
    [TestCase("redirect_uri", "http://127.0.0.1:8080/other")]
    [TestCase("code_challenge", "")]
    [TestCase("code_challenge_method", "plain")]
    [TestCase("response_type", "token")]
    public async Task And_a_request_that_is_not_in_order_leads_nowhere(string parameter, string value)
    {
        var cancellation = TestContext.CurrentContext.CancellationToken;
        await StartWithProgramAsync(cancellation);
        var parameters = new Dictionary<string, string?>
        {
            ["client_id"] = Client,
            ["response_type"] = "code",
            ["redirect_uri"] = "http://127.0.0.1:8080/",
            ["code_challenge"] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            ["code_challenge_method"] = "S256",
            ["scope"] = "openid",
            [parameter] = value,
        };
        using var browser = new TestBrowser();

        var answer = await browser.GoAsync(new Uri(QueryHelpers.AddQueryString(At("authorize").ToString(), parameters)), cancellation, static url => url.Port == 8080);

        answer.Body.Should().NotContain("name=\"password\"");
        answer.Way[^1].Query.Should().NotContain("code=");
    }

    private async Task<TestEnvironment> StartWithProgramAsync(CancellationToken cancellationToken)
    {
        var proxy = await StartDirectoryAsync(cancellationToken);
        await AddNativeClientAsync(proxy, Client, "Photo sync", cancellationToken);
        return proxy;
    }

    /// <summary>Calls an app as the program would, and says whose token it is.</summary>
    private static async Task<(HttpStatusCode Status, string User)> AskAppAsync(TestEnvironment proxy, string token, CancellationToken cancellationToken)
    {
        using var app = proxy.CreateClient("app");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/data");
        request.Headers.Authorization = new("Bearer", token);
        using var answer = await app.SendAsync(request, cancellationToken);
        return (answer.StatusCode, new JsonWebToken(token).GetClaim("upn").Value);
    }

    /// <summary>Another code of the same form.</summary>
    private static string Other(string code) => code[..^1] + (code[^1] == '0' ? '1' : '0');

    private static Dictionary<string, string> Merge(Dictionary<string, string> fields, params (string Name, string Value)[] more)
    {
        var all = new Dictionary<string, string>(fields);
        foreach (var (name, value) in more)
        {
            all[name] = value;
        }

        return all;
    }
}
