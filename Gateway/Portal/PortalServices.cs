using AppProxy.Gateway.Access.Requests;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Portal;

/// <summary>Composes the portal; it needs sign-in.</summary>
internal static class PortalServices
{
    /// <param name="store">Without one, nobody can ask for apps: there is nowhere to keep it.</param>
    public static IServiceCollection AddPortal(this IServiceCollection services, StoreConnection? store)
    {
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
