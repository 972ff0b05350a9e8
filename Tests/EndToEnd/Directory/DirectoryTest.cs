using System.CommandLine;
using AppProxy.Gateway.Commands;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Provider;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Browser;
using AppProxy.Tests.EndToEnd.SignIn;
using FluentAssertions;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AppProxy.Tests.EndToEnd.PeopleOfTheDirectory;

/// <summary>Starts a gateway that is its own identity provider, over TLS, with Alice and Bob in it.</summary>
public abstract class DirectoryTest : SignInTest
{
    private protected const string Password = "tidal-Marzipan.73.loom";

    private protected string Store { get; private set; } = "";

    /// <summary>By which tries come back; it stands still unless told.</summary>
    private protected FakeTimeProvider Patience { get; } = new();

    private protected async Task<TestEnvironment> StartDirectoryAsync(CancellationToken cancellationToken, Action<TestEnvironmentOptions>? configure = null)
    {
        Store = Use(new StoreFolder()).File;
        var proxy = await StartAsync(
            options =>
            {
                options.Front = TestProtocol.Https1;
                options.Port = Own.Port;
                options.PublishedPort = Own.Port;
                options.Publishing["externalAuthenticationType"] = "aadPreAuthentication";
                options.Application["appRoleAssignmentRequired"] = false;
                options.GatewaySettings["Gateway:Store"] = Store;
                options.GatewaySettings["Gateway:Directory:IsEnabled"] = "true";
                options.GatewaySettings["Gateway:SignIn:Origin"] = Own.ToString();
                foreach (var app in (string[])["app", "other"])
                {
                    options.Publish(app, EchoAsync);
                }

                options.GatewayParts = services => services.AddSingleton(provider => ActivatorUtilities.CreateInstance<SignInThrottle>(provider, Patience));
                configure?.Invoke(options);
            },
            cancellationToken);
        await AddUserAsync(proxy, "alice@corp.test", "Alice", "sales", "vpn");
        await AddUserAsync(proxy, "bob@corp.test", "Bob");
        return proxy;
    }

    private protected Uri At(string path) => new(Own, "directory/" + path);

    /// <summary>Runs with the gateway's own users.</summary>
    private protected static async Task<T> UsersAsync<T>(TestEnvironment proxy, Func<UserManager<DirectoryUser>, Task<T>> use)
    {
        await using var scope = proxy.GatewayServices.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<UserManager<DirectoryUser>>());
    }

    private protected static async Task AddUserAsync(TestEnvironment proxy, string name, string displayName, params string[] groups)
    {
        await using var scope = proxy.GatewayServices.CreateAsyncScope();
        var known = scope.ServiceProvider.GetRequiredService<RoleManager<IdentityRole>>();
        foreach (var group in groups)
        {
            (await known.CreateAsync(new IdentityRole(group))).Succeeded.Should().BeTrue();
        }

        var users = scope.ServiceProvider.GetRequiredService<UserManager<DirectoryUser>>();
        var user = new DirectoryUser { UserName = name, Email = name, DisplayName = displayName };
        (await users.CreateAsync(user, Password)).Should().Be(IdentityResult.Success);
        (await users.AddToRolesAsync(user, groups)).Should().Be(IdentityResult.Success);
    }

    /// <summary>Gives somebody an authenticator.</summary>
    private protected static Task<string> AddAuthenticatorAsync(TestEnvironment proxy, string name) => UsersAsync(proxy, async users =>
    {
        var user = (await users.FindByNameAsync(name))!;
        await users.ResetAuthenticatorKeyAsync(user);
        await users.SetTwoFactorEnabledAsync(user, true);
        return (await users.GetAuthenticatorKeyAsync(user))!;
    });

    /// <summary>A link as a command makes it: for somebody's password, or for the first owner.</summary>
    private protected async Task<Uri> LinkAsync(TestEnvironment proxy, string? name, CancellationToken cancellationToken)
    {
        await using var scope = proxy.GatewayServices.CreateAsyncScope();
        var user = name is null ? null : await scope.ServiceProvider.GetRequiredService<UserManager<DirectoryUser>>().FindByNameAsync(name);
        return At("link?secret=" + await scope.ServiceProvider.GetRequiredService<DirectoryLinks>().CreateAsync(user, DirectoryLinks.OwnerLifetime, cancellationToken));
    }

    private protected static async Task AddNativeClientAsync(TestEnvironment proxy, string client, string name, CancellationToken cancellationToken)
    {
        await using var scope = proxy.GatewayServices.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DirectoryClients>().AddNativeAsync(client, name, [], cancellationToken);
    }

    /// <summary>Opens a page of an app, and gives name and password where the directory asks for them.</summary>
    private protected static async Task<BrowserAnswer> SignInHereAsync(
        TestBrowser browser, Uri page, CancellationToken cancellationToken, string name = "alice@corp.test", string password = Password)
    {
        var form = await browser.GoAsync(page, cancellationToken);
        form.Url.AbsolutePath.Should().Be("/directory/sign-in", form.Body);
        return await browser.SubmitAsync(form, cancellationToken, ("name", name), ("password", password));
    }

    /// <summary>Takes pictures of a page for people to look at, and has axe-core look at it; nothing that the browser complains of came until then but what was refused.</summary>
    private protected static async Task FinishAsync(BrowserPage page, string name, CancellationToken cancellation)
    {
        await Screenshots.TakeAsync(page, name, cancellation);
        await Accessibility.CheckAsync(page, cancellation);
        page.Complaints.Should().NotContain(static complaint => !complaint.Contains("the server responded with a status of 4", StringComparison.Ordinal));
    }

    /// <summary>Runs a command on the gateway's store.</summary>
    private protected async Task<(int Code, string Output)> RunAsync(params string[] args)
    {
        var output = new StringWriter { NewLine = "\n" };
        var line = new CommandLine(static _ => Task.FromResult(-1), static (_, _, _) => Task.FromResult(-1), new InvocationConfiguration { Output = output, Error = output });
        string[] gateway = args is [_, "first-owner" or "add" or "reset", ..] ? ["--gateway", Own.ToString()] : [];
        return (await line.RunAsync([.. args, .. gateway, "--store", Store]), output.ToString());
    }
}
