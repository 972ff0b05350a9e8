using System.Security.Claims;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.SigningIn;
using Microsoft.AspNetCore.Identity;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace AppProxy.Gateway.Directory.Provider;

/// <summary>What tokens say about somebody.</summary>
internal static class DirectoryClaims
{
    /// <summary>In <c>roles</c>: who runs this gateway.</summary>
    public const string OwnerRole = "owner";

    /// <summary>Identity's security stamp, which changes when somebody is to be out everywhere. In codes and refresh tokens only, which nobody but us can read.</summary>
    private const string Stamp = "stamp";

    public static async Task<ClaimsPrincipal> CreateAsync(UserManager<DirectoryUser> users, DirectorySession session, IEnumerable<string> scopes)
    {
        var identity = new ClaimsIdentity("AppProxy.Directory", Claims.Name, Claims.Role);
        await WriteAsync(users, session.User, identity);
        identity.SetClaim(DirectorySession.Session, session.Id)
            .SetClaims(Claims.AuthenticationMethodReference, [.. session.Methods])
            .SetClaim(Claims.AuthenticationContextReference, session.IsTwoSteps ? AuthenticationContexts.TwoSteps : AuthenticationContexts.OneStep)
            .SetClaim(Claims.AuthenticationTime, session.AuthenticatedAt.ToUnixTimeSeconds())
            .SetClaim(Stamp, session.User.SecurityStamp);
        var principal = new ClaimsPrincipal(identity);
        principal.SetScopes(scopes);
        return Address(principal);
    }

    /// <summary>For the tokens that a code stands for, and the next ones of a program: as before, but with the groups and roles that their person has now.</summary>
    /// <returns>Null when they may not sign in any more, or are to be out.</returns>
    public static async Task<ClaimsPrincipal?> RenewAsync(UserManager<DirectoryUser> users, ClaimsPrincipal principal)
    {
        if (await users.FindByIdAsync(principal.GetClaim(Claims.Subject) ?? "") is not { IsDisabled: false } user || user.SecurityStamp != principal.GetClaim(Stamp))
        {
            return null;
        }

        await WriteAsync(users, user, (ClaimsIdentity)principal.Identity!);
        return Address(principal);
    }

    /// <summary>What is known of somebody now, in place of what was.</summary>
    private static async Task WriteAsync(UserManager<DirectoryUser> users, DirectoryUser user, ClaimsIdentity identity)
        => identity.SetClaim(Claims.Subject, user.Id)
            .SetClaim("oid", user.Id)
            .SetClaim("upn", user.UserName)
            .SetClaim(Claims.PreferredUsername, user.UserName)
            .SetClaim(Claims.Name, user.Name)
            .SetClaim(Claims.Email, user.Email)
            .SetClaims("groups", [.. (await users.GetRolesAsync(user)).Order(StringComparer.Ordinal)])
            .SetClaims("roles", user.IsOwner ? [OwnerRole] : []);

    private static ClaimsPrincipal Address(ClaimsPrincipal principal)
        => principal.SetDestinations(static claim => claim.Type == Stamp ? [] : [Destinations.IdentityToken, Destinations.AccessToken]);
}
