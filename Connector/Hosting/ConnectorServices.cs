using AppProxy.Connector.Assertions;
using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Enrollment;
using AppProxy.Connector.Execution;
using AppProxy.Connector.Http1;
using AppProxy.Connector.Provisioning;
using AppProxy.Connector.Pull;
using AppProxy.Connector.Settings;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AppProxy.Connector.Hosting;

/// <summary>Composes a connector.</summary>
internal static class ConnectorServices
{
    public static IServiceCollection AddConnector(this IServiceCollection services, IConfiguration configuration)
    {
        var options = ConnectorOptionsReader.Read(configuration);
        if (!options.UsesKey)
        {
            services.AddEnrolled(options);
        }

        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(CreateBrokerConnector);
        services.AddMetrics();
        services.AddSingleton<ConnectorMeter>();
        services.AddSingleton(new LocalApps(options, configuration.GetSection($"{ConnectorOptions.Section}:{nameof(ConnectorOptions.Apps)}")));
        services.AddSingleton<AppFaults>();
        services.AddSingleton<AppClients>();
        services.AddAssertions(options);
        services.AddSingleton<ExchangeRunner>();
        services.AddSingleton<ConnectorLinks>();
        services.AddHostedService<ConnectorService>();
        services.AddParentLifetime();

        // What is under way gets its time to finish, and a little more for the links.
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopTimeout + TimeSpan.FromSeconds(5));
        return services;
    }

    private static void AddEnrolled(this IServiceCollection services, ConnectorOptions options)
    {
        var file = new IdentityFile(options.Identity, IKeyProtection.Create());
        options.Group = file.Read().Group;
        services.AddSingleton(file);
        services.AddSingleton<EnrolledConnector>();
        services.AddSingleton<EnrolledTokenProvider>();
        services.AddHostedService<KeyRenewal>();
        services.AddSingleton<SettingsPull>();
        services.AddHostedService(static provider => provider.GetRequiredService<SettingsPull>());
        services.AddSingleton<AppReachProbe>();
        services.AddHostedService(static provider => provider.GetRequiredService<AppReachProbe>());
        services.AddHostedService<PresenceReporter>();
    }

    private static BrokerConnector CreateBrokerConnector(IServiceProvider services)
    {
        var options = services.GetRequiredService<ConnectorOptions>();
        var broker = options.Broker;
        if (!options.UsesKey)
        {
            return ActivatorUtilities.CreateInstance<EnrolledBrokerConnector>(services, broker);
        }

        var time = services.GetRequiredService<TimeProvider>();
        return broker.ConnectionString is not null ? ActivatorUtilities.CreateInstance<ServiceBusConnector>(services, options) : new AmqpBrokerConnector(broker, time);
    }
}
