using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Connectors.Enrolling;
using AppProxy.Gateway.Demo;
using AppProxy.Gateway.Directory.Provider;
using AppProxy.Gateway.SignIn.Sessions;

namespace AppProxy.Gateway.Hosting;

/// <summary>The gateway of the demo: everything as in production, with keys and apps that live as long as it does.</summary>
internal sealed class DemoGateway : IRunningGateway
{
    /// <summary>Connectors call over plain http, which is for this machine only, wherever people come in.</summary>
    private const string ForConnectors = "http://127.0.0.1:0";

    /// <summary>Of each connector, before it has its identity on disk.</summary>
    private const int Starts = 4;

    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    private readonly WebApplication _gateway;

    private Session? _probe;

    private DemoGateway(WebApplication gateway, string token)
    {
        _gateway = gateway;
        var broker = gateway.Services.GetRequiredService<BrokerListener>().Address!;
        BrokerAddress = broker.ToString();
        ConnectorEnvironment = new Dictionary<string, string>
        {
            ["Connector__Gateway"] = gateway.Urls.Last(),
            ["Connector__Enrollment__Token"] = token,
            ["Connector__Broker__Url"] = broker.ToString(),

            // On one machine everything is on loopback, where a connector takes no app of the gateway's unless it is told to.
            ["Connector__AllowedNetworks__0"] = "0.0.0.0/0",
            ["Connector__AllowedNetworks__1"] = "::/0",
        };
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.Lifetime.ApplicationStopped.Register(stopped.SetResult);
        Stopped = stopped.Task;
    }

    public string BrokerAddress { get; }

    public IReadOnlyDictionary<string, string> ConnectorEnvironment { get; }

    public IReadOnlyList<DemoPerson> People { get; private set; } = [];

    public string? ProbeCookie { get; private set; }

    public Task Stopped { get; }

    public static async Task<IRunningGateway> StartAsync(GatewayLaunch launch, CancellationToken cancellationToken)
    {
        var gateway = GatewayHost.Build([], builder =>
        {
            builder.IgnoreSettingsFiles();
            builder.WebHost.UseUrls(launch.Url.ToString(), ForConnectors);
            builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
            // The demo's people come after the start, and none of them is an owner.
            builder.Logging.AddFilter(typeof(DirectoryStart).FullName, LogLevel.Error);
            builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
            builder.Services.AddSingleton(new CatalogueOptions { Path = launch.AppsFile, IsTemporary = true, OwnHosts = { launch.Url.Host } });
            builder.Configuration.AddInMemoryCollection([new("Gateway:Broker:Listen", "amqp://127.0.0.1:0")]);
            if (launch.Store is not null)
            {
                builder.Configuration.AddInMemoryCollection(
                [
                    new("Gateway:Store", launch.Store), new("Gateway:Directory:IsEnabled", "true"), new("Gateway:SignIn:Origin", launch.Url.ToString()),
                ]);
            }

        });
        try
        {
            await gateway.StartAsync(cancellationToken);
            var token = await gateway.Services.GetRequiredService<EnrollmentTokens>().CreateAsync("default", TokenLifetime, launch.Connectors * Starts, cancellationToken);
            var demo = new DemoGateway(gateway, token.Reveal());
            if (launch.Store is not null)
            {
                demo.People = await DemoPeople.CreateAsync(gateway.Services, launch.Url.Host);
                (demo._probe, demo.ProbeCookie) = await DemoPeople.BeginProbeAsync(gateway.Services, launch.ProbedHost);
            }

            return demo;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    public async Task EndProbeAsync()
    {
        if (_probe is not null)
        {
            await _gateway.Services.GetRequiredService<SessionRegistry>().EndAsync(SessionSelector.One(_probe.Id), CancellationToken.None);
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
