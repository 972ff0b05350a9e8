using System.Text;
using AppProxy.Gateway.Portal;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.SignOut;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>What is over at the directory is over at the gateway too, also where the client is gone between the two.</summary>
[CancelAfter(SignInGuard)]
public sealed class Who_hangs_up_is_signed_out : DirectoryTest
{
    [Test]
    public async Task Everywhere(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        using var elsewhere = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        await SignInHereAsync(elsewhere, proxy.UrlOf("app"), cancellation);
        var page = await browser.GoAsync(new Uri(Own, "sign-out"), cancellation);
        using var hangUp = new HangUp(proxy);

        await HangingUpAsync(() => hangUp.Make<SignOutEndpoint>().SignOutAsync(hangUp.Request(browser, page, ("everywhere", "yes"))));

        hangUp.IsDone.Should().BeTrue();
        SessionsOf(proxy).All.Should().HaveCount(2).And.OnlyContain(static session => session.IsEnded);
    }

    [Test]
    public async Task In_this_browser(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        var page = await browser.GoAsync(new Uri(Own, "sign-out"), cancellation);
        using var hangUp = new HangUp(proxy);

        await HangingUpAsync(() => hangUp.Make<SignOutEndpoint>().SignOutAsync(hangUp.Request(browser, page)));

        hangUp.IsDone.Should().BeTrue();
        SessionsOf(proxy).All.Should().ContainSingle().Which.IsEnded.Should().BeTrue();
    }

    /// <summary>The tab is closed with the gateway's answer, which leads to the directory.</summary>
    [Test]
    public async Task In_this_browser_also_before_it_gets_to_the_directory(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        using var thief = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        foreach (var cookie in browser.Cookies.Where(static cookie => cookie.Name.Contains("Directory", StringComparison.Ordinal)))
        {
            thief.Set(cookie);
        }

        (await thief.GoAsync(proxy.UrlOf("app"), cancellation)).Url.Host.Should().Be("app.localhost", "by a copy of what says that somebody is signed in");
        var page = await browser.GoAsync(new Uri(Own, "sign-out"), cancellation);

        var answer = await browser.PostAsync(page.Form.Action, page.Form.Fields, page.Url, cancellation, static url => url.AbsolutePath == "/directory/end-session");

        SessionsOf(proxy).All.Should().HaveCount(2).And.OnlyContain(static session => session.IsEnded);
        (await browser.GoAsync(proxy.UrlOf("app"), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in", "nobody comes back in unseen");
        (await browser.GoAsync(answer.Way[^1], cancellation)).Url.Should().Be(new Uri(Own, "sign-out/done"), "who does get there is not asked");
    }

    [Test]
    public async Task In_another_browser(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var browser = new TestBrowser();
        using var elsewhere = new TestBrowser();
        await SignInHereAsync(elsewhere, proxy.UrlOf("app"), cancellation);
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        var page = await browser.GoAsync(new Uri(Own, "account"), cancellation);
        using var hangUp = new HangUp(proxy);
        var request = hangUp.Request(browser, page);
        var session = await proxy.GatewayServices.GetRequiredService<SessionReader>().FindAsync(request.Request, null, cancellation);

        await HangingUpAsync(() => hangUp.Make<AccountPage>().EndAsync(request, session!));

        hangUp.IsDone.Should().BeTrue();
        SessionsOf(proxy).All.Should().HaveCount(2).And.ContainSingle(static one => one.IsEnded).Which.Should().NotBe(session);
    }

    /// <summary>Nobody reads the answer, if there is one.</summary>
    private static async Task HangingUpAsync(Func<Task> answer)
    {
        try
        {
            await answer();
        }
        catch (OperationCanceledException)
        {
            // What was still to do is for the test to look at.
        }
    }

    /// <summary>The client is gone as soon as the directory is to end what it has.</summary>
    private sealed class HangUp(TestEnvironment proxy) : IProviderSignOut, IDisposable
    {
        private readonly CancellationTokenSource _aborted = new();
        private readonly IServiceScope _scope = proxy.GatewayServices.CreateScope();

        public bool IsDone { get; private set; }

        public T Make<T>() => ActivatorUtilities.CreateInstance<T>(proxy.GatewayServices, this);

        /// <summary>What a click on the page's button sends.</summary>
        public DefaultHttpContext Request(TestBrowser browser, BrowserAnswer page, params ReadOnlySpan<(string Name, string Value)> more)
        {
            var (action, fields) = page.Form;
            foreach (var (name, value) in more)
            {
                fields[name] = value;
            }

            var body = Encoding.UTF8.GetBytes(string.Join('&', fields.Select(static field => field.Key + '=' + Uri.EscapeDataString(field.Value))));
            var context = new DefaultHttpContext { RequestServices = _scope.ServiceProvider, RequestAborted = _aborted.Token };
            var request = context.Request;
            (request.Method, request.Scheme, request.Host, request.Path) = (HttpMethods.Post, action.Scheme, new HostString(action.Authority), action.AbsolutePath);
            (request.Body, request.ContentLength, request.ContentType) = (new MemoryStream(body), body.Length, "application/x-www-form-urlencoded");
            request.Headers.Cookie = browser.CookiesFor(action);
            request.Headers.Origin = action.GetLeftPart(UriPartial.Authority);
            return context;
        }

        public async Task<int> SignOutAsync(string providerSessionId, SessionSelector ours, CancellationToken cancellationToken)
        {
            await GoAsync(cancellationToken);
            return await proxy.GatewayServices.GetRequiredService<IProviderSignOut>().SignOutAsync(providerSessionId, ours, cancellationToken);
        }

        public Task SignOutEverywhereAsync(string subject, CancellationToken cancellationToken) => GoAsync(cancellationToken);

        public void Dispose()
        {
            _aborted.Dispose();
            _scope.Dispose();
        }

        private async Task GoAsync(CancellationToken cancellationToken)
        {
            await _aborted.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            IsDone = true;
        }
    }
}
