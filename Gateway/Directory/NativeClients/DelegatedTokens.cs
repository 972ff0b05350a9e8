using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.Directory.Accounts;
using Microsoft.AspNetCore.Identity;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace AppProxy.Gateway.Directory.NativeClients;

/// <summary>Tokens for a device code that was allowed, and for a refresh token, once OpenIddict has checked it: as long as its person may sign in.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class DelegatedTokens(UserManager<DirectoryUser> users) : IOpenIddictServerHandler<OpenIddictServerEvents.HandleTokenRequestContext>
{
    public async ValueTask HandleAsync(OpenIddictServerEvents.HandleTokenRequestContext context)
    {
        if ((context.DeviceCodePrincipal ?? context.RefreshTokenPrincipal) is not { } principal)
        {
            return;
        }

        if (await DelegatedClaims.RenewAsync(users, principal) is { } renewed)
        {
            context.SignIn(renewed);
        }
        else
        {
            context.Reject(Errors.InvalidGrant, "Whose token this is may not sign in any more, or signed out everywhere; sign in again.");
        }
    }
}
