using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace AppProxy.Gateway.Directory.Provider;

/// <summary>What a program's own token says, once OpenIddict has checked its secret: which client it is, and that it is for this gateway.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class ClientCredentials : IOpenIddictServerHandler<OpenIddictServerEvents.HandleTokenRequestContext>
{
    public ValueTask HandleAsync(OpenIddictServerEvents.HandleTokenRequestContext context)
    {
        if (context.Request.IsClientCredentialsGrantType())
        {
            var identity = new ClaimsIdentity("AppProxy.Directory", Claims.Name, Claims.Role);
            identity.SetClaim(Claims.Subject, context.ClientId);
            var principal = new ClaimsPrincipal(identity);
            principal.SetResources(DirectoryOptions.GatewayClientId);
            context.SignIn(principal);
        }

        return default;
    }
}
