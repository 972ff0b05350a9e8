using AppProxy.Gateway.SignIn.Bearer;
using AppProxy.Gateway.SignIn.HandOff;
using AppProxy.Gateway.SignIn.OpenIdConnect;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.SignOut;
using AppProxy.Gateway.SignIn.Storage;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace AppProxy.Gateway.SignIn;

/// <summary>Composes sign-in.</summary>
internal static class SignInServices
{
    /// <param name="store">That gateways share; without one, sessions live as long as this process.</param>
    public static IServiceCollection AddSignIn(this IServiceCollection services, SignInOptions options, IReadOnlyList<string> ownHosts, StoreConnection? store)
    {
        services.AddSingleton(options);
        services.AddSingleton(new GatewayOrigin(options.GetOrigin(ownHosts)));
        AddKeyRing(services, store);
        if (store is null)
        {
            services.AddSingleton<ISessionStorage, VolatileSessions>();
        }
        else
        {
            services.AddSingleton<ISessionStorage>(provider => new StoredSessions(store, provider.GetRequiredService<IDataProtectionProvider>()));
        }

        services.AddSingleton<NamePool>();
        services.AddSingleton<SessionTokens>();
        services.AddSingleton<SessionRegistry>();
        services.AddSingleton<SessionReader>();
        services.AddHostedService<SessionWatch>();
        services.AddHostedService<SessionSaver>();
        services.AddSingleton<Seal>();
        services.AddSingleton<OwnForms>();
        services.AddSingleton<RequestKeeper>();
        services.AddSingleton<SignInRefusal>();
        services.AddSingleton<SignInChallenge>();
        services.AddSingleton<HandOffIssuer>();
        services.AddSingleton<HandOffEndpoint>();
        services.AddSingleton<BearerTokens>();
        services.AddSingleton<PreAuthentication>();

        services.AddAuthentication().AddOpenIdConnect();
        services.AddSingleton<ClaimsReader>();
        services.AddSingleton<SignInCompletion>();
        services.AddSingleton<ProviderEvents>();
        services.AddSingleton<IConfigureOptions<OpenIdConnectOptions>, ProviderOptions>();
        services.AddSingleton<ProviderState>();
        services.AddHostedService<ProviderCheck>();
        services.AddSingleton<SignInEndpoint>();
        services.AddSingleton<SignOutEndpoint>();
        services.AddSingleton<BackChannelLogout>();
        services.AddSingleton<SignInEndpoints>();
        return services;
    }

    private static void AddKeyRing(IServiceCollection services, StoreConnection? store)
    {
        if (store is null)
        {
            services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
            return;
        }

        services.AddDataProtection().SetApplicationName("AppProxy");

        // That its keys lie unencrypted in a store which only its owner can read is meant (Gateway/Keys/README.md).
        services.AddLogging(static logging => logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error));
        services.Configure<KeyManagementOptions>(keys => keys.XmlRepository = new StoredKeyRing(store));
    }
}
