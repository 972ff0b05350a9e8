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

    public static async Task<ClaimsPrincipal> CreateAsync(UserManager<DirectoryUser> users, DirectorySession session, IEnumerable<string> scopes)
    {
        var asked = scopes.ToList();
        // A token without any would grant nothing.
        var principal = await DirectoryClaims.CreateAsync(users, session, asked.Count > 0 ? asked : [Scopes.OpenId]);
        principal.SetResources(DirectoryOptions.GatewayClientId);
        principal.SetAccessTokenLifetime(AccessTokenLifetime);
        return principal;
    }
}
