using System.Globalization;
using System.Security.Cryptography;
using AppProxy.Gateway.Demo;
using AppProxy.Gateway.Directory.Account;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Relay;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Sessions;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Hosting;

/// <summary>The people of a demo's directory.</summary>
internal static class DemoPeople
{
    /// <summary>Without letters and digits that look alike.</summary>
    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";

    public static async Task<IReadOnlyList<DemoPerson>> CreateAsync(IServiceProvider services, string gateway)
    {
        await using var scope = services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<DirectoryUser>>();
        var (alice, alices) = await AddAsync(users, DemoPerson.Alice, "Alice");
        await users.ResetAuthenticatorKeyAsync(alice);
        await users.SetTwoFactorEnabledAsync(alice, true);
        var key = (await users.GetAuthenticatorKeyAsync(alice))!;
        var (_, bobs) = await AddAsync(users, DemoPerson.Bob, "Bob");
        return [new DemoPerson(DemoPerson.Alice, alices, (QrCode.UriOf(gateway, DemoPerson.Alice, key), key)), new DemoPerson(DemoPerson.Bob, bobs, null)];
    }

    /// <summary>A session with which the demo looks whether the app is served; to be ended when it is.</summary>
    public static async Task<(Session Session, string Cookie)> BeginProbeAsync(IServiceProvider services, string host)
    {
        var sessions = services.GetRequiredService<SessionRegistry>();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var session = await sessions.BeginAsync(
            new SessionTicket
            {
                Id = Guid.NewGuid(),
                User = new SignedInUser { Id = "demo", Subject = "demo", UserPrincipalName = DemoPerson.Bob, DisplayName = "The demo itself" },
                AuthenticatedAt = now,
                LastSeenAt = now,
                ExpiresAt = now + TimeSpan.FromDays(1),
            },
            CancellationToken.None);
        return (session, $"{OwnCookies.Prefix}Session={await sessions.IssueTokenAsync(session, host, CancellationToken.None)}");
    }

    private static async Task<(DirectoryUser User, string Password)> AddAsync(UserManager<DirectoryUser> users, string name, string displayName)
    {
        var user = new DirectoryUser { UserName = name, Email = name, DisplayName = displayName };
        while (true)
        {
            var password = string.Create(
                CultureInfo.InvariantCulture, $"{RandomNumberGenerator.GetString(Letters, 4)}-{RandomNumberGenerator.GetString(Letters, 4)}-{RandomNumberGenerator.GetString(Letters, 4)}");
            var result = await users.CreateAsync(user, password);
            if (result.Succeeded)
            {
                return (user, password);
            }

            // Chance may draw what looks like a word; anything else is no matter of chance.
            if (result.Errors.Any(static error => !error.Code.StartsWith("Password", StringComparison.Ordinal)))
            {
                throw new DemoException(string.Join(' ', result.Errors.Select(static error => error.Description)));
            }
        }
    }
}
