using System.Security.Claims;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Provider;
using AppProxy.Gateway.Directory.SigningIn;
using Microsoft.AspNetCore.Identity;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace AppProxy.Gateway.Directory.NativeClients;

/// <summary>What the tokens say that a program gets to act for somebody.</summary>
internal static class DelegatedClaims
{
    /// <summary>Short, since an access token cannot be taken back; the program gets another as long as its person may sign in.</summary>
    public static readonly TimeSpan AccessTokenLifetime = TimeSpan.FromMinutes(15);

    /// <summary>Identity's security stamp, which changes when somebody is to be out everywhere. In codes and refresh tokens only, which nobody but us can read.</summary>
    private const string Stamp = "stamp";

    public static async Task<ClaimsPrincipal> CreateAsync(UserManager<DirectoryUser> users, DirectorySession session, IEnumerable<string> scopes)
    {
        var asked = scopes.ToList();
        // A token without any would grant nothing.
        var principal = await DirectoryClaims.CreateAsync(users, session, asked.Count > 0 ? asked : [Scopes.OpenId]);
        principal.SetResources(DirectoryOptions.GatewayClientId);
        principal.SetAccessTokenLifetime(AccessTokenLifetime);
        principal.SetClaim(Stamp, session.User.SecurityStamp);
        return Address(principal);
    }

    /// <summary>For the next access token: as before, but with the groups and roles that its person has now.</summary>
    /// <returns>Null when they may not sign in any more, or are to be out.</returns>
    public static async Task<ClaimsPrincipal?> RenewAsync(UserManager<DirectoryUser> users, ClaimsPrincipal principal)
    {
        if (await users.FindByIdAsync(principal.GetClaim(Claims.Subject) ?? "") is not { IsDisabled: false } user || user.SecurityStamp != principal.GetClaim(Stamp))
        {
            return null;
        }

        await DirectoryClaims.WriteAsync(users, user, (ClaimsIdentity)principal.Identity!);
        return Address(principal);
    }

    private static ClaimsPrincipal Address(ClaimsPrincipal principal)
        => principal.SetDestinations(static claim => claim.Type == Stamp ? [] : [Destinations.IdentityToken, Destinations.AccessToken]);
}
