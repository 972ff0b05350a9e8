using AppProxy.Gateway.Audit.Storage;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Audit;

internal static class AuditServices
{
    /// <param name="services">Where.</param>
    /// <param name="options">How long it is kept.</param>
    /// <param name="store">Keeps it; without one it is logged only.</param>
    public static IServiceCollection AddAudit(this IServiceCollection services, AuditOptions options, StoreConnection? store)
    {
        services.AddSingleton(options);
        if (store is not null)
        {
            services.AddSingleton(new AuditDatabase(store));
        }

        services.AddSingleton<AuditWriter>();
        services.AddSingleton<IAuditLog>(static provider => provider.GetRequiredService<AuditWriter>());
        return services.AddHostedService(static provider => provider.GetRequiredService<AuditWriter>());
    }
}
