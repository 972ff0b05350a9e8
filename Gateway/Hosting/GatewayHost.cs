using AppProxy.Contracts.Processes;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Gateway.Access;
using AppProxy.Gateway.Audit;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Certificates;
using AppProxy.Gateway.Connectors;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Connectors.Tokens;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.Directory;
using AppProxy.Gateway.Hosting.ProxyProtocol;
using AppProxy.Gateway.Keys;
using AppProxy.Gateway.Portal;
using AppProxy.Gateway.Relay;
using AppProxy.Gateway.Relay.Origin;
using AppProxy.Gateway.SignIn;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AppProxy.Gateway.Hosting;

/// <summary>Builds a gateway: front door, catalogue, embedded broker and relay, in the order in which they start.</summary>
internal static class GatewayHost
{
    /// <summary>A gateway as configured. <paramref name="configure"/> is for who brings parts of his own (the demo, tests).</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        // Settings are read once; to watch for changes is to watch every folder below the one it was started in.
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseQuic();
        builder.WebHost.UseSockets(FrontDoor.Configure);
        FrontDoorServer.Decorate(builder.Services);
        var started = builder.Logging.QuietUntilStarted();
        configure?.Invoke(builder);

        var given = builder.Services.FirstOrDefault(static service => service.ServiceType == typeof(CatalogueOptions))?.ImplementationInstance as CatalogueOptions;
        var (options, catalogue, store) = GatewayOptionsReader.Read(builder.Configuration, given);
        builder.Services.AddSingleton(options);
        FrontDoorEndpoints.NameAddresses(builder.Configuration);
        builder.Services.AddSingleton<ProxyProtocolEndpoints>();
        builder.Services.AddSingleton<FrontDoorEndpoints>();
        builder.Services.AddOptions<KestrelServerOptions>().Configure<FrontDoorEndpoints>((kestrel, endpoints) =>
        {
            FrontDoor.Configure(kestrel, options);
            endpoints.Configure(kestrel);
        });
        if (store is not null)
        {
            builder.Services.AddSingleton(store);
        }

        builder.Services.AddKeys(store, options.Keys ?? (!catalogue.IsTemporary ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(catalogue.Path))!, KeyServices.DefaultFile) : null));
        builder.Services.AddCertificates(options.Certificates, store, options.OwnHosts);
        if (options.HttpsRedirectPort is { } port)
        {
            builder.Services.AddSingleton(new HttpsRedirect(port, options.OwnHosts));
        }

        builder.Services.AddAudit(options.SignInLog, store);
        builder.Services.AddCatalogue(catalogue);
        builder.Services.AddConnectors(options.Connectors, store, isForgetful: catalogue.IsTemporary);
        if (options.ServiceBus is { } serviceBus)
        {
            var connection = ServiceBusConnectionString.Parse(serviceBus);
            builder.Services.AddSealing(options.ServiceBusRules, store, isForgetful: given?.Json is not null);
            builder.Services.AddSingleton<IRelayTransport>(provider => new ServiceBusNamespace(
                connection.ToTransportOptions(provider.GetRequiredService<TimeProvider>()), provider.GetRequiredService<GroupSeals>()));
            builder.Services.AddSingleton<IBrokerAccess>(provider => new NamespaceBrokerAccess(
                connection.ToTransportOptions(provider.GetRequiredService<TimeProvider>()).Endpoint, options.ServiceBusRules, provider.GetRequiredService<TimeProvider>(),
                connection.UsesWorkloadIdentity));
        }
        else
        {
            AddEmbeddedBroker(builder.Services, options.Broker);
        }

        if (options.SignIn.IsConfigured)
        {
            if (options.Directory.IsEnabled)
            {
                builder.Services.AddDirectory(options.SignIn, options.OwnHosts, store!);
            }

            builder.Services.AddSignIn(options.SignIn, options.OwnHosts, store);
            builder.Services.AddSingleton<Authorization>();
            builder.Services.AddPortal(store, options.Directory.IsEnabled);
            builder.Services.AddHostedService<OpenAccessWatch>();
        }

        builder.Services.AddRelay();
        builder.Services.AddSingleton(new RelayLimits(options.MaxRequestHeaderBytes));
        builder.Services.AddSingleton(new ClientOriginReader(TrustedProxies.Parse(options.TrustedProxies), options.TrustedFields));
        builder.Services.AddSingleton(static provider => new OwnHost(provider.GetService<AmqpBroker>(), provider.GetRequiredService<ConnectorEndpoints>(), provider.GetService<SignInEndpoints>(), provider.GetService<DirectoryEndpoints>(), provider.GetService<PortalEndpoints>()));
        builder.AddGatewayTelemetry();

        var gateway = builder.Build();
        gateway.Lifetime.ApplicationStarted.Register(started.Set);
        gateway.Lifetime.ApplicationStarted.Register(() => QuietCollector.RunAsync(gateway.Services.GetRequiredService<TimeProvider>(), gateway.Lifetime.ApplicationStopping));
        // The host would put ASP.NET Core's authentication in front of every request; ours is asked where the pipeline says so.
        ((IApplicationBuilder)gateway).Properties["__AuthenticationMiddlewareSet"] = true;
        // Those of published apps are relayed as they are; the middleware would keep its part of each for as long as it is open.
        gateway.UseWhen(static context => context.Request.Path.StartsWithSegments(Dialect.WebSocketPath), static broker => broker.UseWebSockets());
        gateway.Run(gateway.Services.GetRequiredService<RequestPipeline>().InvokeAsync);
        return gateway;
    }

    private static void AddEmbeddedBroker(IServiceCollection services, EmbeddedBrokerOptions options)
    {
        services.AddBroker().Configure(broker =>
        {
            // What was delivered to a connector that froze goes to another one when its connection counts as dead: about as soon as missing
            // heartbeats tell of a frozen one that has named itself.
            broker.IdleTimeOut = TimeSpan.FromSeconds(3);
            foreach (var (name, key) in options.ConnectorKeys)
            {
                broker.AuthorizationRules.Add(ConnectorRules.For(name, key));
            }
        });
        services.AddSingleton<IBrokerAccess, EmbeddedBrokerAccess>();
        services.AddSingleton<IRelayTransport, EmbeddedBroker>();
        services.AddSingleton<BrokerListener>();
        services.AddHostedService(static provider => provider.GetRequiredService<BrokerListener>());
    }
}
