using System.Net;
using AppProxy.Testing;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.SignIn;

[CancelAfter(SignInGuard)]
public sealed class Sessions_run_out : SignInTest
{
    private readonly JumpingClock _clock = new();

    [Test]
    public async Task And_a_form_that_came_too_late_is_sent_again_after_sign_in(CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var browser = new TestBrowser();
        var page = new Uri(proxy.UrlOf("app"), "order?id=7");
        await SignInAsync(browser, page, "alice", cancellation);
        _clock.SetAhead(TimeSpan.FromHours(3));

        var repeat = await browser.PostAsync(page, [new("submit", "a & b"), new("text", "two\r\nlines <é>"), new("submit", "again")], page, cancellation);
        repeat.Url.Host.Should().Be("app.localhost", repeat.Body);
        repeat.Body.Should().Contain("You are signed in again");
        var (action, fields) = repeat.Form;
        var answer = await browser.PostAsync(action, fields, repeat.Url, cancellation);

        answer.Body.Should().StartWith("POST /order?id=7 ").And.Contain("body=[submit=again&text=two%0D%0Alines+%3C%C3%A9%3E]");
    }

    [Test]
    public async Task And_so_it_is_on_a_host_with_letters_beyond_ASCII(CancellationToken cancellation)
    {
        const string Books = "xn--bcher-kva";
        var proxy = await StartSignInAsync(cancellation, options => options.Time = _clock, only: Books);
        using var browser = new TestBrowser();
        var page = new Uri(proxy.UrlOf(Books), "order?id=7");

        var first = await SignInAsync(browser, page, "alice", cancellation);
        first.Url.Should().Be(page);
        first.Body.Should().StartWith("GET /order?id=7 ");
        (await browser.GoAsync(page, cancellation)).Way.Should().ContainSingle();
        _clock.SetAhead(TimeSpan.FromHours(3));
        var repeat = await browser.PostAsync(page, [new("text", "typed")], page, cancellation);
        repeat.Body.Should().Contain("You are signed in again", "the page that sent it was the app's own");
        var (action, fields) = repeat.Form;

        (await browser.PostAsync(action, fields, repeat.Url, cancellation)).Body.Should().StartWith("POST /order?id=7 ").And.Contain("body=[text=typed]");
    }

    [Test]
    public async Task But_nobody_else_s_form_is(CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var browser = new TestBrowser();
        var page = new Uri(proxy.UrlOf("app"), "order");
        await SignInAsync(browser, page, "alice", cancellation);
        _clock.SetAhead(TimeSpan.FromHours(3));
        browser.Forget(cookie => cookie.Host == "localhost");

        var form = await browser.PostAsync(page, [new("text", "alice's")], page, cancellation);
        var answer = await browser.SubmitAsync(form, cancellation, ("name", "bob"), ("password", "bob"));

        answer.Body.Should().StartWith("GET /order ").And.Contain("body=[]");
    }

    [TestCase("https://evil.example/", "text=1")]
    [TestCase(null, "large")]
    public async Task And_what_cannot_be_kept_is_refused_with_a_reason(string? from, string body, CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var browser = new TestBrowser();
        var page = new Uri(proxy.UrlOf("app"), "order");
        await SignInAsync(browser, page, "alice", cancellation);
        _clock.SetAhead(TimeSpan.FromHours(3));

        var answer = await browser.PostAsync(page, [new("text", body == "large" ? new string('x', 70_000) : body)], from is null ? page : new Uri(from), cancellation);

        answer.Status.Should().Be(HttpStatusCode.Unauthorized);
        answer.Error.Should().Be(from is null ? "session-expired" : "sign-in-required", "a foreign page's form carries no cookie");
    }

    [Test]
    public async Task Of_age_however_busy_they_are(CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInAsync(browser, proxy.UrlOf("app"), "alice", cancellation);
        for (var hours = 0; hours < 11; hours++)
        {
            _clock.SetAhead(TimeSpan.FromHours(1));
            (await browser.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation)).StatusCode.Should().Be(HttpStatusCode.OK, "of hour {0}", hours);
        }

        _clock.SetAhead(TimeSpan.FromHours(1));
        using var late = await browser.FetchAsync(HttpMethod.Get, proxy.UrlOf("app"), cancellation);

        late.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        late.Headers.GetValues("AppProxy-Error").Should().Equal("session-expired");
    }

    private Task<TestEnvironment> StartAsync(CancellationToken cancellation) => StartSignInAsync(cancellation, options => options.Time = _clock);
}
