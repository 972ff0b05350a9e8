using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.SigningIn;
using Microsoft.AspNetCore.Identity;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace AppProxy.Gateway.Directory.Provider;

/// <summary>
/// Tokens for a code, for a device code that was allowed, and for a refresh token, once OpenIddict has checked it: as long as its person may sign in. A code also ends with
/// the session that it came from, or who has a copy of that could begin another one at the gateway with it, after its person put them out.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class GrantedTokens(UserManager<DirectoryUser> users, EndedSessions ended) : IOpenIddictServerHandler<OpenIddictServerEvents.HandleTokenRequestContext>
{
    public async ValueTask HandleAsync(OpenIddictServerEvents.HandleTokenRequestContext context)
    {
        if ((context.AuthorizationCodePrincipal ?? context.DeviceCodePrincipal ?? context.RefreshTokenPrincipal) is not { } principal)
        {
            return;
        }

        var isEnded = context.AuthorizationCodePrincipal?.GetClaim(DirectorySession.Session) is { } session && await ended.ContainsAsync(session, context.CancellationToken);
        if (!isEnded && await DirectoryClaims.RenewAsync(users, principal) is { } renewed)
        {
            context.SignIn(renewed);
        }
        else
        {
            context.Reject(Errors.InvalidGrant, "Whose token this is may not sign in any more, or signed out; sign in again.");
        }
    }
}
