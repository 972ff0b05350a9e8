using System.Net;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Passkeys;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>
/// What counts once counts once for two who come with it at the same moment. Where it is staged, both have read the store before either writes, as at two gateways;
/// where it is asked over the network, it happens as it happens.
/// </summary>
[CancelAfter(SignInGuard)]
public sealed class Two_come_at_once : DirectoryTest
{
    private const string Alice = "alice@corp.test";
    private const string Better = "Quarz-heron.over.9.fjords";

    [Test]
    public async Task With_a_code_of_an_authenticator(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        var key = await AddAuthenticatorAsync(proxy, Alice);

        var staged = await StageAsync(
            proxy, static _ => Task.CompletedTask, async (users, _) => await users.VerifyTwoFactorTokenAsync((await users.FindByNameAsync(Alice))!, TokenOptions.DefaultAuthenticatorProvider, Authenticator.Code(key)));
        var statuses = await SignInAtOnceAsync(proxy, At("sign-in/code"), ("code", Authenticator.Code(key, 1)), cancellation);

        staged.Should().Equal(true, false);
        statuses.Should().BeEquivalentTo([HttpStatusCode.OK, HttpStatusCode.Unauthorized]);
    }

    [Test]
    public async Task With_a_recovery_code(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        await AddAuthenticatorAsync(proxy, Alice);
        var codes = await UsersAsync(proxy, async users => (await users.GenerateNewTwoFactorRecoveryCodesAsync((await users.FindByNameAsync(Alice))!, 10))!.ToList());

        var staged = await StageAsync(
            proxy, static both => both.Users.CountRecoveryCodesAsync(both.User), async (users, _) => (await users.RedeemTwoFactorRecoveryCodeAsync((await users.FindByNameAsync(Alice))!, codes[0])).Succeeded);
        var statuses = await SignInAtOnceAsync(proxy, At("sign-in/recovery-code"), ("code", codes[1]), cancellation);

        staged.Should().Equal(true, false);
        statuses.Should().BeEquivalentTo([HttpStatusCode.OK, HttpStatusCode.Unauthorized]);
        (await UsersAsync(proxy, async users => await users.CountRecoveryCodesAsync((await users.FindByNameAsync(Alice))!))).Should().Be(8);
    }

    [Test]
    public async Task With_a_passkey_s_answer(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        using var passkey = new Passkey { Origin = Own.GetLeftPart(UriPartial.Authority) };
        using var adds = new TestBrowser();
        var page = await SignInHereAsync(adds, At("account/passkeys"), cancellation);
        await adds.SubmitAsync(page, cancellation, ("passkey", passkey.Create(page)), ("name", "Phone"));
        using var first = new TestBrowser();
        using var second = new TestBrowser();
        var question = await first.GoAsync(At("sign-in"), cancellation);
        var form = new FormCollection(new() { ["passkey"] = passkey.Use(question), ["passkey-state"] = question.Form.Fields["passkey-state"] });

        var ceremony = proxy.GatewayServices.GetRequiredService<PasskeyCeremony>();
        var staged = await StageAsync(
            proxy,
            static _ => Task.CompletedTask,
            async (users, scope) => (await ceremony.FinishSignInAsync(new DefaultHttpContext { RequestServices = scope }, users, form))!.Succeeded);
        var (otherQuestion, theirs) = (await first.GoAsync(At("sign-in"), cancellation), await second.GoAsync(At("sign-in"), cancellation));
        (string, string)[] answer = [("passkey", passkey.Use(otherQuestion)), ("passkey-state", otherQuestion.Form.Fields["passkey-state"])];
        var statuses = await Task.WhenAll(first.SubmitAsync(otherQuestion, cancellation, answer), second.SubmitAsync(theirs, cancellation, answer));

        staged.Should().Equal(true, false);
        statuses.Select(static one => one.Status).Should().BeEquivalentTo([HttpStatusCode.OK, HttpStatusCode.Unauthorized]);
    }

    [Test]
    public async Task With_the_first_owner_s_link(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        var url = await LinkAsync(proxy, null, cancellation);
        using var first = new TestBrowser();
        using var second = new TestBrowser();
        var (firsts, seconds) = (await first.GoAsync(url, cancellation), await second.GoAsync(url, cancellation));

        var answers = await Task.WhenAll(BecomeAsync(first, firsts, "olga"), BecomeAsync(second, seconds, "otto"));

        answers.Select(static answer => answer.Status).Should().BeEquivalentTo([HttpStatusCode.OK, HttpStatusCode.Gone]);
        (await UsersAsync(proxy, static users => users.Users.Where(static user => user.IsOwner).ToListAsync())).Should().ContainSingle();

        // And where both have found it before one takes it.
        await using var one = proxy.GatewayServices.CreateAsyncScope();
        await using var other = proxy.GatewayServices.CreateAsyncScope();
        var secret = new Uri((await LinkAsync(proxy, "bob@corp.test", cancellation)).ToString()).Query["?secret=".Length..];
        var (ones, others) = (one.ServiceProvider.GetRequiredService<DirectoryLinks>(), other.ServiceProvider.GetRequiredService<DirectoryLinks>());
        var (found, foundToo) = (await ones.FindAsync(secret, cancellation), await others.FindAsync(secret, cancellation));
        (await ones.TakeAsync(found!, cancellation), await others.TakeAsync(foundToo!, cancellation)).Should().Be((true, false));

        Task<BrowserAnswer> BecomeAsync(TestBrowser browser, BrowserAnswer page, string name)
            => browser.SubmitAsync(page, cancellation, ("name", name), ("display-name", name), ("new-password", Better), ("repeated", Better));
    }

    /// <summary>Both are half in, and send what they have.</summary>
    private async Task<IEnumerable<HttpStatusCode>> SignInAtOnceAsync(TestEnvironment proxy, Uri page, (string, string) field, CancellationToken cancellation)
    {
        using var first = new TestBrowser();
        using var second = new TestBrowser();
        await SignInHereAsync(first, proxy.UrlOf("app"), cancellation);
        await SignInHereAsync(second, proxy.UrlOf("app"), cancellation);
        var (firsts, seconds) = (await first.GoAsync(page, cancellation), await second.GoAsync(page, cancellation));
        return (await Task.WhenAll(first.SubmitAsync(firsts, cancellation, field), second.SubmitAsync(seconds, cancellation, field))).Select(static answer => answer.Status);
    }

    /// <summary>Has both read Alice, and whatever else there is to read, before one and then the other goes on.</summary>
    private static async Task<bool[]> StageAsync(
        TestEnvironment proxy, Func<(UserManager<DirectoryUser> Users, DirectoryUser User), Task> read, Func<UserManager<DirectoryUser>, IServiceProvider, Task<bool>> goOn)
    {
        await using var first = proxy.GatewayServices.CreateAsyncScope();
        await using var second = proxy.GatewayServices.CreateAsyncScope();
        IServiceProvider[] both = [first.ServiceProvider, second.ServiceProvider];
        foreach (var one in both)
        {
            var users = one.GetRequiredService<UserManager<DirectoryUser>>();
            // What is read stays with who read it.
            await read((users, (await users.FindByNameAsync(Alice))!));
        }

        return [await goOn(both[0].GetRequiredService<UserManager<DirectoryUser>>(), both[0]), await goOn(both[1].GetRequiredService<UserManager<DirectoryUser>>(), both[1])];
    }
}
