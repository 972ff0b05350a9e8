using AppProxy.Gateway.Access.Requests;
using AppProxy.Gateway.Directory;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Portal;

/// <summary>Composes the portal; it needs sign-in.</summary>
internal static class PortalServices
{
    /// <param name="store">Without one, nobody can ask for apps: there is nowhere to keep it.</param>
    /// <param name="hasDirectory">Whether people's accounts are the gateway's own, with pages to look after them.</param>
    public static IServiceCollection AddPortal(this IServiceCollection services, StoreConnection? store, bool hasDirectory)
    {
        if (hasDirectory)
        {
            services.AddSingleton(new AccountLink(DirectoryPaths.Root + DirectoryPaths.Password, "Account_Password"));
            services.AddSingleton(new AccountLink(DirectoryPaths.Root + DirectoryPaths.TwoSteps, "Account_TwoStepVerification"));
            services.AddSingleton(new AccountLink(DirectoryPaths.Root + DirectoryPaths.Passkeys, "Account_Passkeys"));
            services.AddSingleton(new AccountLink(DirectoryPaths.Root + DirectoryPaths.RecoveryCodes, "Account_RecoveryCodes"));
        }

        if (store is not null)
        {
            services.AddSingleton<AccessRequestLink>();
            services.AddSingleton<AccessRequests>();
        }

        services.AddSingleton<AppList>();
        services.AddSingleton<RecentApps>();
        services.AddSingleton<AppsPage>();
        services.AddSingleton<AccountPage>();
        services.AddSingleton<RequestAccessPage>();
        services.AddSingleton<PortalEndpoints>();
        return services;
    }
}
