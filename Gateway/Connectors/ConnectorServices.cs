using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Connectors.Enrolling;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Connectors.Settings;
using AppProxy.Gateway.Connectors.Tokens;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.Relay;
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
        services.AddSingleton<IConnectorReach, ConnectorReach>();
        services.AddSingleton<ConnectorCalls>();
        services.AddSingleton<ITokenVerifier, BrokerGrantVerifier>();
        services.AddSingleton<ConnectorWatch>();
        services.AddHostedService(static provider => provider.GetRequiredService<ConnectorWatch>());
        return services;
    }

    /// <summary>Adds what a broker of somebody else's makes necessary: keys that seal frames.</summary>
    /// <param name="services">Where.</param>
    /// <param name="rules">By group; may hold keys.</param>
    /// <param name="store">Keeps the others.</param>
    /// <param name="isForgetful">Without a store: keeps them in memory.</param>
    public static IServiceCollection AddSealing(this IServiceCollection services, IReadOnlyDictionary<string, GroupRuleOptions> rules, StoreConnection? store, bool isForgetful)
    {
        var configured = new Dictionary<string, IReadOnlyList<GroupKey>>(StringComparer.OrdinalIgnoreCase);
        foreach (var (group, rule) in rules)
        {
            if (GroupKey.ReadConfigured(group, rule) is { Count: > 0 } given)
            {
                configured[group] = given;
            }
        }

        IGroupKeyVault? vault = store is not null ? new StoreGroupKeyVault(store) : isForgetful ? new MemoryGroupKeyVault() : null;
        services.AddSingleton(provider => new GroupKeys(vault, configured, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<GroupKeys>>()));
        services.AddHostedService(static provider => provider.GetRequiredService<GroupKeys>());
        services.AddSingleton(static provider => new GroupSeals(
            provider.GetRequiredService<GroupKeys>(), provider.GetRequiredService<GatewayMeter>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<GroupSeal>>(), provider.GetService<ShutOutConnectors>()));
        return services;
    }
}
