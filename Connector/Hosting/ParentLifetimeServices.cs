using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AppProxy.Connector.Hosting;

internal static class ParentLifetimeServices
{
    /// <summary>Adds it where the parent asks for it.</summary>
    public static IServiceCollection AddParentLifetime(this IServiceCollection services)
    {
        if (ParentLifetime.IsAskedFor)
        {
            services.TryAddSingleton(TimeProvider.System);
            services.AddHostedService(provider => ParentLifetime.ForThisProcess(
                provider.GetRequiredService<IHostApplicationLifetime>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ParentLifetime>>()));
        }

        return services;
    }
}
