using System.Net;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Storage;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

[CancelAfter(SignInGuard)]
public sealed class Operators_change_people : DirectoryTest
{
    private const string Alice = "alice@corp.test";

    [Test]
    public async Task Who_is_removed_is_out_and_nothing_of_them_is_left(CancellationToken cancellation)
    {
        using var arrived = new SemaphoreSlim(0);
        var proxy = await StartDirectoryAsync(cancellation, options => PublishHeld(options, arrived));
        using var browser = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        var link = await LinkAsync(proxy, Alice, cancellation);
        var held = browser.GoAsync(proxy.UrlOf("held"), cancellation);
        await arrived.WaitAsync(cancellation);

        (await RunAsync("users", "remove", Alice)).Should().Be((2, "Removing 'alice@corp.test' cannot be taken back: add --yes, or keep them out with 'users disable alice@corp.test'\n"));
        (await RunAsync("users", "list")).Output.Should().Contain(Alice);
        var removed = await RunAsync("users", "remove", Alice, "--yes");

        removed.Code.Should().Be(0, removed.Output);
        removed.Output.Should().Contain("'alice@corp.test' is removed").And.Contain("Assignments and policies that name them stay").And.NotContain("owner");
        (await held).Status.Should().Be(HttpStatusCode.Unauthorized, "what is under way is ended as soon as the gateway hears of it");
        (await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation)).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await browser.GoAsync(link, cancellation)).Status.Should().Be(HttpStatusCode.Gone);
        (await RunAsync("users", "list")).Output.Should().NotContain(Alice).And.Contain("bob@corp.test");
        (await CountTheirsAsync(proxy, cancellation)).Should().Be(0);
        (await RunAsync("users", "add", Alice)).Code.Should().Be(0, "the name is free");
        (await RunAsync("log", "signins", "--kind", "Administration")).Output.Should().Contain("users remove alice@corp.test --yes");
    }

    [Test]
    public async Task An_owner_who_is_removed_makes_room_for_another(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);
        await UsersAsync(proxy, static async users =>
        {
            var user = (await users.FindByNameAsync(Alice))!;
            user.IsOwner = true;
            return await users.UpdateAsync(user);
        });

        (await RunAsync("users", "first-owner")).Code.Should().Be(2);
        (await RunAsync("users", "remove", Alice, "--yes")).Output.Should().Contain("'users first-owner' prints a link for another");
        (await RunAsync("users", "first-owner")).Code.Should().Be(0);
    }

    [Test]
    public async Task Who_gets_another_name_goes_on_under_it(CancellationToken cancellation)
    {
        using var arrived = new SemaphoreSlim(0);
        var proxy = await StartDirectoryAsync(cancellation, options => PublishHeld(options, arrived));
        using var browser = new TestBrowser();
        using var other = new TestBrowser();
        await SignInHereAsync(browser, proxy.UrlOf("app"), cancellation);
        var before = SessionsOf(proxy).All.Single().User;
        var held = browser.GoAsync(proxy.UrlOf("held"), cancellation);
        await arrived.WaitAsync(cancellation);

        var changed = await RunAsync("users", "change", Alice, "--user-name", "alicia@corp.test", "--name", "Alicia", "--email", "a@corp.test");

        changed.Should().Be((0, "'alicia@corp.test' is changed.\nAssignments and policies that name 'alice@corp.test' do not follow: 'export' tells which there are.\n"));
        await held;
        (await browser.GoAsync(proxy.UrlOf("app"), cancellation)).Url.Host.Should().Be("app.localhost", "they are signed in again unseen");
        var after = SessionsOf(proxy).All.Single(static session => !session.IsOver).User;
        (after.Subject, after.UserPrincipalName, after.DisplayName).Should().Be((before.Subject, "alicia@corp.test", "Alicia"));
        (await UsersAsync(proxy, async users => (await users.FindByIdAsync(before.Subject))!.Email)).Should().Be("a@corp.test");
        after.Groups.Should().Equal("sales", "vpn");
        (await SignInHereAsync(other, proxy.UrlOf("app"), cancellation)).Status.Should().Be(HttpStatusCode.Unauthorized);
        (await SignInHereAsync(other, proxy.UrlOf("app"), cancellation, "alicia@corp.test")).Url.Host.Should().Be("app.localhost");
    }

    [Test]
    public async Task What_is_not_said_stays_and_an_address_can_be_taken_away(CancellationToken cancellation)
    {
        var proxy = await StartDirectoryAsync(cancellation);

        (await RunAsync("users", "change", Alice, "--email", "")).Output.Should().Be("'alice@corp.test' is changed.\n");

        var user = await UsersAsync(proxy, static async users => (await users.FindByNameAsync(Alice))!);
        (user.UserName, user.DisplayName, user.Email).Should().Be((Alice, "Alice", null));
    }

    [Test]
    public async Task What_cannot_be_is_told_in_a_line_and_changes_nothing(CancellationToken cancellation)
    {
        await StartDirectoryAsync(cancellation);
        var before = (await RunAsync("users", "list")).Output;

        (await RunAsync("users", "change", Alice)).Should().Be((2, "Say what to change: --user-name, --name, --email\n"));
        (await RunAsync("users", "change", "nobody", "--name", "x")).Should().Be((2, "Nobody is called 'nobody'; 'users list' tells who there is\n"));
        (await RunAsync("users", "change", Alice, "--user-name", "BOB@corp.test")).Output.Should().Contain("'BOB@corp.test' is already taken");
        (await RunAsync("users", "change", Alice, "--user-name", "with space")).Output.Should().Contain("'with space' is invalid");
        (await RunAsync("users", "change", Alice, "--name", new string('x', 257))).Should().Be((2, "A name has 256 characters at most\n"));
        (await RunAsync("users", "remove", "nobody", "--yes")).Should().Be((2, "Nobody is called 'nobody'; 'users list' tells who there is\n"));
        (await RunAsync("users", "list")).Output.Should().Be(before);
    }

    private static void PublishHeld(TestEnvironmentOptions options, SemaphoreSlim arrived) => options.Publish("held", context =>
    {
        arrived.Release();
        return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
    });

    /// <summary>Rows of anybody but Bob, who has none.</summary>
    private static async Task<int> CountTheirsAsync(TestEnvironment proxy, CancellationToken cancellation)
    {
        await using var scope = proxy.GatewayServices.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<StoreContext>();
        return await store.Set<IdentityUserRole<string>>().CountAsync(cancellation) + await store.Set<IdentityUserToken<string>>().CountAsync(cancellation)
            + await store.Set<IdentityUserPasskey<string>>().CountAsync(cancellation) + await store.Set<DirectoryLink>().CountAsync(cancellation);
    }
}
