using System.Globalization;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Demo;

namespace AppProxy.Gateway.Hosting;

/// <summary>The gateway of the demo: everything as in production, with keys and apps that live as long as it does.</summary>
internal sealed class DemoGateway : IRunningGateway
{
    private readonly WebApplication _gateway;

    private DemoGateway(WebApplication gateway, GatewayLaunch launch)
    {
        _gateway = gateway;
        var broker = gateway.Services.GetRequiredService<BrokerListener>().Address!;
        BrokerAddress = broker.ToString();
        var environment = new Dictionary<string, string>
        {
            ["Connector__Broker__Url"] = broker.ToString(),
            ["Connector__Broker__KeyName"] = launch.ConnectorKeyName,
            ["Connector__Broker__Key"] = launch.ConnectorKey,
        };
        foreach (var app in gateway.Services.GetRequiredService<CatalogueStore>().Current.Apps)
        {
            environment[string.Create(CultureInfo.InvariantCulture, $"Connector__Apps__{app.Id}__InternalUrl")] = app.InternalUrl.ToString();
        }

        ConnectorEnvironment = environment;
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.Lifetime.ApplicationStopped.Register(stopped.SetResult);
        Stopped = stopped.Task;
    }

    public string BrokerAddress { get; }

    public IReadOnlyDictionary<string, string> ConnectorEnvironment { get; }

    public Task Stopped { get; }

    public static async Task<IRunningGateway> StartAsync(GatewayLaunch launch, CancellationToken cancellationToken)
    {
        var gateway = GatewayHost.Build([], builder =>
        {
            builder.IgnoreSettingsFiles();
            builder.WebHost.UseUrls(launch.Url.ToString());
            builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
            builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
            builder.Services.AddSingleton(new CatalogueOptions { Json = launch.CatalogueJson, OwnHosts = { launch.Url.Host } });
            builder.Configuration.AddInMemoryCollection(
            [
                new("Gateway:Broker:Listen", "amqp://127.0.0.1:0"),
                new($"Gateway:Broker:ConnectorKeys:{launch.ConnectorKeyName}:Key", launch.ConnectorKey),
            ]);
        });
        try
        {
            await gateway.StartAsync(cancellationToken);
            return new DemoGateway(gateway, launch);
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.StopAsync();
        await _gateway.DisposeAsync();
    }

    /// <summary>The demo itself listens to signals, and stops things in its own order.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
