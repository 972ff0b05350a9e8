using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace AppProxy.Gateway.SignIn.OpenIdConnect;

/// <summary>ASP.NET Core's OpenID Connect handler as the gateway uses it: authorization code flow with PKCE, on its own host, and our sessions at the end.</summary>
internal sealed class ProviderOptions(SignInOptions options, GatewayOrigin origin, ProviderEvents events, TimeProvider time) : IConfigureNamedOptions<OpenIdConnectOptions>
{
    public const string Scheme = OpenIdConnectDefaults.AuthenticationScheme;

    public void Configure(OpenIdConnectOptions oidc) => Configure(Scheme, oidc);

    public void Configure(string? name, OpenIdConnectOptions oidc)
    {
        var isHttps = origin.Url.Scheme == Uri.UriSchemeHttps;
        oidc.Authority = options.Authority;
        oidc.RequireHttpsMetadata = options.Authority!.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        oidc.ClientId = options.ClientId;
        oidc.ClientSecret = options.ClientSecret;
        oidc.ResponseType = OpenIdConnectResponseType.Code;
        oidc.ResponseMode = OpenIdConnectResponseMode.Query;
        oidc.UsePkce = true;
        oidc.CallbackPath = SignInPaths.Callback;
        // Our own sign-out goes to the provider; these would listen on paths of the handler's.
        oidc.SignedOutCallbackPath = PathString.Empty;
        oidc.RemoteSignOutPath = PathString.Empty;
        // Keys that rotate are asked for when a token names one; no oftener, since anybody can name one, and soon again where that failed.
        oidc.RefreshInterval = TimeSpan.FromSeconds(30);
        oidc.GetClaimsFromUserInfoEndpoint = options.UseUserInfo;
        oidc.MapInboundClaims = false;
        oidc.SaveTokens = false;
        oidc.TimeProvider = time;
        oidc.ClaimActions.Clear();
        if (options.UseUserInfo)
        {
            oidc.ClaimActions.Add(new UserInfoClaims());
        }

        oidc.Scope.Clear();
        foreach (var scope in options.Scopes.Count > 0 ? options.Scopes : ["openid", "profile", "email"])
        {
            oidc.Scope.Add(scope);
        }

        // The provider's answer is a navigation to us: Lax cookies come along, and cannot be had by anybody else's frames.
        foreach (var cookie in (CookieBuilder[])[oidc.CorrelationCookie, oidc.NonceCookie])
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = isHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
            cookie.Path = "/";
            cookie.Name = (isHttps ? Relay.OwnCookies.HostPrefix : "") + Relay.OwnCookies.Prefix + (cookie == oidc.NonceCookie ? "Nonce." : "Correlation.");
        }

        // Only the code flow's answer is taken; who it is for is checked by the library, and whom it is from here (RFC 9207).
        oidc.TokenValidationParameters.ValidateIssuer = true;
        oidc.Events = events;
        oidc.EventsType = null;
        oidc.SignInScheme = "AppProxy.Session";
    }
}
