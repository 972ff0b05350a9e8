using System.Globalization;
using AppProxy.Gateway.Directory.Account;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Forms;
using AppProxy.Gateway.Directory.NativeClients;
using AppProxy.Gateway.Directory.Passkeys;
using AppProxy.Gateway.Directory.Provider;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.Relay;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.SignOut;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using SignInOptions = AppProxy.Gateway.SignIn.SignInOptions;

namespace AppProxy.Gateway.Directory;

/// <summary>Composes the directory.</summary>
internal static class DirectoryServices
{
    private static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan SecondStepTime = TimeSpan.FromMinutes(10);

    /// <summary>To be called before sign-in is added, which asks the directory at its start.</summary>
    public static IServiceCollection AddDirectory(this IServiceCollection services, SignInOptions signIn, IReadOnlyList<string> ownHosts, StoreConnection store)
    {
        var origin = signIn.GetOrigin(ownHosts);
        var isHttps = origin.Scheme == Uri.UriSchemeHttps;
        services.AddSingleton<IHttpContextAccessor, NoContextAccessor>();
        // It tells of each request and answer at length.
        services.AddLogging(static logging => logging.AddFilter("OpenIddict", LogLevel.Warning));
        services.AddDirectoryAccounts(store).AddSignInManager<DirectorySignIn>();
        AddPasskeys(services, origin);
        AddCookies(services, signIn, isHttps);
        AddProvider(services, signIn.Authority!, signIn.Lifetime, isHttps);
        services.AddAntiforgery(forms =>
        {
            forms.FormFieldName = DirectoryForms.TokenField;
            forms.HeaderName = null;
            // The page says it in a policy of its own.
            forms.SuppressXFrameOptionsHeader = true;
            Configure(forms.Cookie, "Form", isHttps);
        });

        services.AddSingleton<DirectoryForms>();
        services.TryAddSingleton<SignInThrottle>();
        services.AddSingleton<KnownBrowsers>();
        services.AddSingleton<ClientGate>();
        services.AddSingleton<PasswordCheck>();
        services.AddSingleton<SignInPage>();
        services.AddSingleton<SecondStepPage>();
        services.AddSingleton<AccountGate>();
        services.AddSingleton<AccountChanges>();
        services.AddSingleton<TwoStepsPage>();
        services.AddSingleton<RecoveryCodesPage>();
        services.AddSingleton<PasswordPage>();
        services.AddSingleton<LinkPage>();
        services.AddSingleton<AccountPages>();
        services.AddSingleton<SignInDemand>();
        services.AddSingleton<AuthorizationEndpoint>();
        services.AddSingleton<EndSessionEndpoint>();
        services.AddSingleton<DevicePage>();
        services.AddSingleton<ConsentPage>();
        services.AddSingleton<DirectoryEndpoints>();
        services.AddSingleton<EndedSessions>();
        services.AddSingleton<SecurityStamps>();
        services.AddSingleton<IProviderSignOut, DirectorySignOut>();
        services.AddSingleton<DirectoryBackchannel>();
        services.AddSingleton<IConfigureOptions<OpenIdConnectOptions>, BackchannelOptions>();
        services.AddHostedService<DirectoryStart>();
        return services;
    }

    /// <summary>Who may ask the directory for tokens: for the gateway, and for commands.</summary>
    public static IServiceCollection AddDirectoryClients(this IServiceCollection services)
    {
        services.AddOpenIddict().AddCore(static core => core.UseEntityFrameworkCore().UseDbContext<StoreContext>());
        return services.AddScoped<DirectoryClients>();
    }

    /// <summary>They are the gateway's own host's: a page under any other name cannot use them.</summary>
    private static void AddPasskeys(IServiceCollection services, Uri origin)
    {
        var own = $"{origin.Scheme}://{origin.IdnHost}{(origin.IsDefaultPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{origin.Port}"))}";
        services.Configure<IdentityPasskeyOptions>(passkeys =>
        {
            passkeys.ServerDomain = origin.IdnHost;
            passkeys.ValidateOrigin = context => ValueTask.FromResult(!context.CrossOrigin && context.Origin == own);
            // Who signs in gives no name: the passkey says it. And it is two steps only where the device checks who uses it.
            passkeys.ResidentKeyRequirement = "required";
            passkeys.UserVerificationRequirement = "required";
        });
        services.AddScoped<IPasskeyHandler<DirectoryUser>, PasskeyHandler<DirectoryUser>>();
        services.AddSingleton<PasskeyCeremony>();
        services.AddSingleton<PasskeySignIn>();
        services.AddSingleton<PasskeysPage>();
    }

    private static void AddCookies(IServiceCollection services, SignInOptions signIn, bool isHttps)
        => services.AddAuthentication()
            .AddCookie(IdentityConstants.ApplicationScheme, cookie =>
            {
                Configure(cookie.Cookie, "", isHttps);
                cookie.ExpireTimeSpan = signIn.Lifetime;
                cookie.SlidingExpiration = false;
            })
            .AddCookie(IdentityConstants.TwoFactorUserIdScheme, cookie =>
            {
                Configure(cookie.Cookie, "Step", isHttps);
                cookie.ExpireTimeSpan = SecondStepTime;
                cookie.Events = new HalfSignIn();
            });

    private static void AddProvider(IServiceCollection services, string issuer, TimeSpan sessionLifetime, bool isHttps)
    {
        services.AddSingleton<ProviderKeys>();
        services.AddSingleton<IConfigureOptions<OpenIddictServerOptions>>(static provider => provider.GetRequiredService<ProviderKeys>());
        services.AddSingleton<IOptionsChangeTokenSource<OpenIddictServerOptions>>(static provider => provider.GetRequiredService<ProviderKeys>());
        services.AddDirectoryClients();
        services.AddOpenIddict()
            .AddServer(server =>
            {
                server.SetIssuer(issuer)
                    .SetAuthorizationEndpointUris(Relative(DirectoryPaths.Authorize))
                    .SetTokenEndpointUris(Relative(DirectoryPaths.Token))
                    .SetEndSessionEndpointUris(Relative(DirectoryPaths.EndSession))
                    .SetDeviceAuthorizationEndpointUris(Relative(DirectoryPaths.DeviceAuthorization))
                    .SetEndUserVerificationEndpointUris(Relative(DirectoryPaths.Device))
                    .AllowAuthorizationCodeFlow()
                    .AllowClientCredentialsFlow()
                    .AllowDeviceAuthorizationFlow()
                    .AllowRefreshTokenFlow()
                    .RequireProofKeyForCodeExchange()
                    .RegisterScopes("openid", "profile", "email")
                    .RegisterClaims("sub", "oid", "upn", "preferred_username", "name", "email", "groups", "roles", "amr", "acr", "auth_time", "sid")
                    .SetAuthorizationCodeLifetime(CodeLifetime)
                    .SetAccessTokenLifetime(TokenLifetime)
                    // Nine digits, as in RFC 8628 section 6.1: who tries them must be signed in, and has few tries.
                    .SetUserCodeLength(9)
                    .SetUserCodeDisplayFormat("{0}{1}{2}-{3}{4}{5}-{6}{7}{8}")
                    // A program's sign-in ends when one in a browser would.
                    .SetRefreshTokenLifetime(sessionLifetime)
                    .DisableSlidingRefreshTokenExpiration()
                    .DisableAccessTokenEncryption()
                    // What people agreed to is what their owner set up: there is nothing to remember.
                    .DisableAuthorizationStorage();
                server.AddEventHandler<OpenIddictServerEvents.HandleTokenRequestContext>(static handler => handler.UseSingletonHandler<ClientCredentials>());
                server.AddEventHandler<OpenIddictServerEvents.HandleTokenRequestContext>(static handler => handler.UseScopedHandler<GrantedTokens>());
                // "plain" would be no proof against who sees the request (RFC 9700 section 2.1.1).
                server.Configure(static options => options.CodeChallengeMethods.Remove("plain"));
                var host = server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().EnableEndSessionEndpointPassthrough()
                    .EnableEndUserVerificationEndpointPassthrough().EnableErrorPassthrough();
                if (!isHttps)
                {
                    // An origin without TLS is this machine.
                    host.DisableTransportSecurityRequirement();
                }
            });
    }

    private static void Configure(CookieBuilder cookie, string name, bool isHttps)
    {
        cookie.Name = (isHttps ? OwnCookies.HostPrefix : "") + OwnCookies.Prefix + "Directory" + (name.Length > 0 ? "-" + name : "");
        cookie.Path = "/";
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.SecurePolicy = isHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
        cookie.IsEssential = true;
    }

    private static string Relative(string path) => path.TrimStart('/');
}
