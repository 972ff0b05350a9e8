using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Execution;
using AppProxy.Connector.Pull;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using AppProxy.Connector.Settings;

namespace AppProxy.Connector.Hosting;

/// <summary>Composes a connector.</summary>
internal static class ConnectorServices
{
    public static IServiceCollection AddConnector(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ConnectorOptions>().Bind(configuration.GetSection(ConnectorOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ConnectorOptions>, ConnectorOptionsValidator>();
        services.AddSingleton(static provider => provider.GetRequiredService<IOptions<ConnectorOptions>>().Value);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<BrokerConnector>(static provider =>
            new AmqpBrokerConnector(provider.GetRequiredService<ConnectorOptions>().Broker, provider.GetRequiredService<TimeProvider>()));
        services.AddMetrics();
        services.AddSingleton<ConnectorMeter>();
        services.AddSingleton<AppClients>();
        services.AddSingleton<ExchangeRunner>();
        services.AddSingleton<ConnectorLinks>();
        services.AddHostedService<ConnectorService>();
        services.AddParentLifetime();

        // What is under way gets its time to finish, and a little more for the links.
        services.AddOptions<HostOptions>().Configure<IOptions<ConnectorOptions>>(static (host, connector) =>
            host.ShutdownTimeout = connector.Value.StopTimeout + TimeSpan.FromSeconds(5));
        return services;
    }
}
