using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Connectors.Enrolling;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Connectors.Settings;
using AppProxy.Gateway.Connectors.Tokens;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Connectors;

internal static class ConnectorServices
{
    /// <summary>Adds what enrolled connectors need of the gateway.</summary>
    /// <param name="services">Where.</param>
    /// <param name="options">The operator's.</param>
    /// <param name="store">Keeps them.</param>
    /// <param name="isForgetful">Without a store: keeps them in memory; else no connector can enrol.</param>
    public static IServiceCollection AddConnectors(this IServiceCollection services, ConnectorAccessOptions options, StoreConnection? store, bool isForgetful)
    {
        services.AddSingleton<ConnectorEndpoints>();
        if (store is null && !isForgetful)
        {
            return services;
        }

        services.AddSingleton(options);
        services.AddSingleton<IConnectorStore>(provider => store is null ? new MemoryConnectorStore() : new ConnectorDatabase(store, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ShutOutConnectors>();
        services.AddSingleton<ReplayWindow>();
        services.AddSingleton<CallReader>();
        services.AddSingleton<ConnectorEnrollment>();
        services.AddSingleton<EnrollmentTokens>();
        services.AddSingleton<KeyChange>();
        services.AddSingleton<InstanceWatch>();
        services.AddSingleton<GroupSettings>();
        services.AddSingleton<ConnectorCalls>();
        services.AddSingleton<ITokenVerifier, BrokerGrantVerifier>();
        services.AddSingleton<ConnectorWatch>();
        services.AddHostedService(static provider => provider.GetRequiredService<ConnectorWatch>());
        return services;
    }
}
