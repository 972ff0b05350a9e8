using System.Text.RegularExpressions;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Storage;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>What is saved ends sessions, and is in the sign-in log, whatever becomes of the request that did it.</summary>
[CancelAfter(SignInGuard)]
public sealed partial class Changes_have_their_consequences : DirectoryTest
{
    private const string Better = "Quarz-heron.over.9.fjords";

    private readonly FailingSaves _saves = new();
    private readonly LastForm _form = new();

    /// <summary>Somebody with a stolen session does it on purpose.</summary>
    [TestCase("password", "password changed")]
    [TestCase("link", "password set by a link")]
    [TestCase("passkeys", "passkey removed")]
    public async Task Also_for_who_hangs_up_while_it_is_saved(string page, string change, CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var thief = new TestBrowser();
        using var browser = new TestBrowser();
        await SignInHereAsync(thief, proxy.UrlOf("app"), cancellation);
        var (from, fields) = await OpenAsync(page, proxy, browser, cancellation);
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var (isHungUp, isOver) = _form.Watch();
        _saves.Before(async () =>
        {
            await hangUp.CancelAsync();
            await isHungUp.WaitAsync(cancellation);
        });

        var send = () => browser.PostAsync(At(from.Url.AbsolutePath["/directory/".Length..]), fields, from.Url, hangUp.Token);
        await send.Should().ThrowAsync<OperationCanceledException>();
        await isOver.WaitAsync(cancellation);

        SessionsOf(proxy).All.Should().NotBeEmpty().And.OnlyContain(static session => session.IsEnded);
        Events().Should().ContainSingle(text => text.Contains(change, StringComparison.Ordinal)).Which.Should().Contain(change + "; sessions ended: 1");
        (await thief.GoAsync(proxy.UrlOf("app"), cancellation)).Url.AbsolutePath.Should().Be("/directory/sign-in");
    }

    [TestCase("password", "password changed")]
    [TestCase("link", "password set by a link")]
    [TestCase("passkeys", "passkey removed")]
    public async Task Or_nothing_is_changed_where_the_store_fails_then(string page, string change, CancellationToken cancellation)
    {
        var proxy = await StartAsync(cancellation);
        using var thief = new TestBrowser();
        using var browser = new TestBrowser();
        await SignInHereAsync(thief, proxy.UrlOf("app"), cancellation);
        var (from, fields) = await OpenAsync(page, proxy, browser, cancellation);
        await RenameAsync(StoreConnection.Parse(Store), "Sessions", "Away", cancellation);

        ShouldBeToldOf(await browser.PostAsync(At(from.Url.AbsolutePath["/directory/".Length..]), fields, from.Url, cancellation), "Sessions");

        Events().Should().NotContain(text => text.Contains(change, StringComparison.Ordinal));
        (await StateAsync(proxy)).Should().Be((true, page == "passkeys" ? 1 : 0));
        await RenameAsync(StoreConnection.Parse(Store), "Away", "Sessions", cancellation);
        // It can be done still, by the same form.
        ((int)(await browser.PostAsync(At(from.Url.AbsolutePath["/directory/".Length..]), fields, from.Url, cancellation)).Status).Should().BeLessThan(400);
        (await StateAsync(proxy)).Should().Be((page == "passkeys", 0));
        Events().Should().ContainSingle(text => text.Contains(change + "; sessions ended: 1", StringComparison.Ordinal));
    }

    /// <summary>Whether Alice's password is as it was, and how many passkeys she has.</summary>
    private static Task<(bool IsOldPassword, int Passkeys)> StateAsync(TestEnvironment proxy) => UsersAsync(proxy, static async users =>
    {
        var alice = (await users.FindByNameAsync("alice@corp.test"))!;
        return (await users.CheckPasswordAsync(alice, Password), (await users.GetPasskeysAsync(alice)).Count);
    });

    private IEnumerable<string> Events() => Log.Entries.Where(static entry => entry.EventId == 6501).Select(static entry => entry.Text);

    private Task<TestEnvironment> StartAsync(CancellationToken cancellation) => StartDirectoryAsync(
        cancellation, options => options.GatewayParts += services => services.AddSingleton<IUserValidator<DirectoryUser>>(_saves).AddSingleton<IStartupFilter>(_form));

    /// <summary>Alice's form, and what she sends.</summary>
    private async Task<(BrowserAnswer Page, Dictionary<string, string> Fields)> OpenAsync(string page, TestEnvironment proxy, TestBrowser browser, CancellationToken cancellation)
    {
        if (page == "link")
        {
            var link = await browser.GoAsync(await LinkAsync(proxy, "alice@corp.test", cancellation), cancellation);
            return (link, new(link.Form.Fields) { ["new-password"] = Better, ["repeated"] = Better });
        }

        var form = await SignInHereAsync(browser, At("account/" + page), cancellation);
        if (page == "password")
        {
            return (form, new(form.Form.Fields) { ["password"] = Password, ["new-password"] = Better, ["repeated"] = Better });
        }

        using var passkey = new Passkey { Origin = Own.GetLeftPart(UriPartial.Authority) };
        form = await browser.SubmitAsync(form, cancellation, ("passkey", passkey.Create(form)), ("name", "Phone"));
        return (form, new(form.Form.Fields) { ["do"] = "remove", ["id"] = Id().Match(form.Body).Groups[1].Value });
    }

    [GeneratedRegex("name=\"id\" value=\"([^\"]+)\"")]
    private static partial Regex Id();

    /// <summary>Tells what becomes of a form that is sent.</summary>
    private sealed class LastForm : IStartupFilter
    {
        private (TaskCompletionSource HungUp, TaskCompletionSource Over)? _watched;

        public (Task IsHungUp, Task IsOver) Watch()
        {
            var (hungUp, over) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _watched = (hungUp, over);
            return (hungUp.Task, over.Task);
        }

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (HttpContext context, RequestDelegate goOn) =>
            {
                if (_watched is not { } watched || !HttpMethods.IsPost(context.Request.Method))
                {
                    await goOn(context);
                    return;
                }

                await using var registration = context.RequestAborted.Register(watched.HungUp.SetResult);
                try
                {
                    await goOn(context);
                }
                finally
                {
                    watched.Over.TrySetResult();
                }
            });
            next(app);
        };
    }
}
