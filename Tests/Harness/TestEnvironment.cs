using System.Net;
using System.Security.Cryptography;
using AppProxy.Connector.Hosting;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.InProcess;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Hosting;
using AppProxy.Gateway.Relay;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AppProxy.Testing;

/// <summary>
/// A gateway with its embedded broker, connectors and internal apps, all in this process, on ports that are free. Everything is real
/// but the distance: Kestrel, sockets, the broker's queues, the relay's frames.
/// </summary>
public sealed class TestEnvironment : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _started = [];
    private readonly TestEnvironmentOptions _options;
    private readonly Dictionary<string, Uri> _apps = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private int _port;

    private TestEnvironment(TestEnvironmentOptions options) => _options = options;

    /// <summary>Where the gateway listens: <c>http://127.0.0.1:port/</c>. An app is reached by its host name there.</summary>
    public Uri GatewayUrl => new($"http://127.0.0.1:{_port}/");

    /// <summary>Starts everything and returns when requests are served.</summary>
    public static async Task<TestEnvironment> StartAsync(Action<TestEnvironmentOptions> configure, CancellationToken cancellationToken = default)
    {
        var options = new TestEnvironmentOptions();
        configure(options);
        var environment = new TestEnvironment(options);
        try
        {
            await environment.StartAsync(cancellationToken);
            return environment;
        }
        catch
        {
            await environment.DisposeAsync();
            throw;
        }
    }

    /// <summary>The URL of an app as clients use it, such as <c>http://name.localhost:port/</c>.</summary>
    public Uri UrlOf(string app) => new($"http://{app}.localhost:{_port}/");

    /// <summary>A client whose relative URLs go to an app through the gateway. Follows no redirects and keeps no cookies.</summary>
    public HttpClient CreateClient(string app)
    {
        // Names below localhost mean this machine, but not every resolver knows that.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = async (_, token) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, _port, token);
                    return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return new HttpClient(handler) { BaseAddress = UrlOf(app), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Stops everything, last started first.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = _started.Count - 1; i >= 0; i--)
        {
            await _started[i].DisposeAsync();
        }

        _started.Clear();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (name, app) in _options.Apps)
        {
            _apps[name] = app.Url ?? await StartAppAsync(app.Handler!, cancellationToken);
        }

        _port = FreePort.Take();
        var gateway = await StartGatewayAsync(cancellationToken);
        for (var i = 0; i < _options.Connectors; i++)
        {
            await StartConnectorAsync(gateway, cancellationToken);
        }
    }

    private async Task<Uri> StartAppAsync(Microsoft.AspNetCore.Http.RequestDelegate handler, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(handler);
        await app.StartAsync(cancellationToken);
        _started.Add(app);
        return new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
    }

    private async Task<WebApplication> StartGatewayAsync(CancellationToken cancellationToken)
    {
        var gateway = GatewayHost.Build([], builder =>
        {
            AddLogging(builder.Logging);
            builder.WebHost.UseUrls(GatewayUrl.ToString());
            builder.Services.AddSingleton(_options.Time);
            builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
            builder.Services.AddSingleton(new CatalogueOptions { Json = CatalogueJson.Write(_options, UrlOf, _apps) });
            builder.Configuration.AddInMemoryCollection(
            [
                new("Gateway:Broker:Listen", "amqp://127.0.0.1:0"),
                new("Gateway:Broker:ConnectorKeys:connector:Key", _key),
            ]);
        });
        await gateway.StartAsync(cancellationToken);
        _started.Add(gateway);
        return gateway;
    }

    private async Task StartConnectorAsync(WebApplication gateway, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        AddLogging(builder.Logging);
        var broker = _options.Transport switch
        {
            TestTransport.Amqp => gateway.Services.GetRequiredService<BrokerListener>().Address!,
            _ => new UriBuilder(GatewayUrl) { Scheme = "ws" }.Uri,
        };
        ((IConfigurationBuilder)builder.Configuration).Add(new ConnectorConfiguration(broker, _key, _apps));
        builder.Services.AddSingleton(_options.Time);
        if (_options.Transport == TestTransport.InProcess)
        {
            builder.Services.AddSingleton<BrokerConnector>(new InProcessConnector(gateway.Services.GetRequiredService<QueueEngine>()));
        }

        builder.Services.AddConnector(builder.Configuration);
        var connector = builder.Build();
        _started.Add(new StoppingHost(connector));
        await connector.StartAsync(cancellationToken);
    }

    private void AddLogging(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        if (_options.LoggerProvider is { } provider)
        {
            logging.AddProvider(provider);
        }
    }

    /// <summary>Signals to this process are not for what a test started.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class InProcessConnector(QueueEngine engine) : BrokerConnector
    {
        public override ValueTask<ITransport> ConnectAsync(CancellationToken cancellationToken) => new(new InProcessTransport(engine));
    }

    private sealed class StoppingHost(IHost host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }
}
