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

    public static async Task<ClaimsPrincipal> CreateAsync(UserManager<DirectoryUser> users, DirectorySession session, IEnumerable<string> scopes)
    {
        var identity = new ClaimsIdentity("AppProxy.Directory", Claims.Name, Claims.Role);
        await WriteAsync(users, session.User, identity);
        identity.SetClaim(DirectorySession.Session, session.Id)
            .SetClaims(Claims.AuthenticationMethodReference, [.. session.Methods])
            .SetClaim(Claims.AuthenticationContextReference, session.IsTwoSteps ? AuthenticationContexts.TwoSteps : AuthenticationContexts.OneStep)
            .SetClaim(Claims.AuthenticationTime, session.AuthenticatedAt.ToUnixTimeSeconds());
        var principal = new ClaimsPrincipal(identity);
        principal.SetScopes(scopes);
        principal.SetDestinations(static _ => [Destinations.IdentityToken, Destinations.AccessToken]);
        return principal;
    }

    /// <summary>What is known of somebody now, in place of what was.</summary>
    public static async Task WriteAsync(UserManager<DirectoryUser> users, DirectoryUser user, ClaimsIdentity identity)
        => identity.SetClaim(Claims.Subject, user.Id)
            .SetClaim("oid", user.Id)
            .SetClaim("upn", user.UserName)
            .SetClaim(Claims.PreferredUsername, user.UserName)
            .SetClaim(Claims.Name, user.Name)
            .SetClaim(Claims.Email, user.Email)
            .SetClaims("groups", [.. (await users.GetRolesAsync(user)).Order(StringComparer.Ordinal)])
            .SetClaims("roles", user.IsOwner ? [OwnerRole] : []);
}
