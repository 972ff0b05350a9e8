using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using AppProxy.Connector.Enrollment;
using AppProxy.Connector.Hosting;
using AppProxy.Connector.Settings;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.InProcess;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Connectors.Enrolling;
using AppProxy.Gateway.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
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
    private readonly Stack<IAsyncDisposable> _started = new();
    private readonly List<TestConnector> _connectors = [];
    private readonly TestEnvironmentOptions _options;
    private readonly Dictionary<string, Uri> _apps = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private WebApplication? _gateway;
    private DirectoryInfo? _identities;
    private int _port;
    private int _brokerPort;

    private TestEnvironment(TestEnvironmentOptions options) => _options = options;

    /// <summary>Where the gateway listens: <c>http://127.0.0.1:port/</c>. An app is reached by its host name there.</summary>
    public Uri GatewayUrl => new($"{Scheme}://127.0.0.1:{_port}/");

    /// <summary>The connectors, in the order in which they were started.</summary>
    public IReadOnlyList<TestConnector> Connectors => _connectors;

    /// <summary>What the gateway is made of, while it runs.</summary>
    public IServiceProvider GatewayServices => (_gateway ?? throw new InvalidOperationException("The gateway is stopped.")).Services;

    private string Scheme => _options.Front is TestProtocol.Https1 or TestProtocol.Https2 ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;

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
    public Uri UrlOf(string app) => new($"{Scheme}://{app}.localhost:{_options.PublishedPort ?? _port}{_options.Apps[app].ExternalPath}");

    /// <summary>Where an app really listens.</summary>
    public Uri InternalUrlOf(string app) => _apps[app];

    /// <summary>A client whose relative URLs go to an app through the gateway. Follows no redirects and keeps no cookies.</summary>
    public HttpClient CreateClient(string app) =>
        new(new ExactVersion(FrontVersion, CreateHandler())) { BaseAddress = UrlOf(app), Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>A WebSocket to an app through the gateway, in the HTTP version of the front.</summary>
    /// <exception cref="WebSocketException">The app, or the gateway for it, refused.</exception>
    public async Task<ClientWebSocket> ConnectWebSocketAsync(
        string app, string path = "", Action<ClientWebSocketOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        var url = new UriBuilder(new Uri(UrlOf(app), path));
        url.Scheme = url.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.HttpVersion = FrontVersion;
            socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
            configure?.Invoke(socket.Options);
            using var invoker = new HttpMessageInvoker(CreateHandler());
            await socket.ConnectAsync(url.Uri, invoker, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A connection to the gateway on which nothing has been said yet.</summary>
    public async Task<NetworkStream> ConnectAsync(CancellationToken cancellationToken = default)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, _port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Starts one more connector. <paramref name="settings"/> go before those of the options.</summary>
    public async Task<TestConnector> StartConnectorAsync(
        IReadOnlyDictionary<string, string?>? settings = null, CancellationToken cancellationToken = default)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        AddLogging(builder.Logging);
        var configuration = GetConnectorSettings();
        if (_options.Enrolls)
        {
            configuration["Connector:Identity"] = await EnrollAsync(cancellationToken);
        }

        foreach (var (name, value) in settings ?? new Dictionary<string, string?>())
        {
            configuration[name] = value;
        }

        builder.Configuration.AddInMemoryCollection(configuration);
        builder.Services.AddSingleton(_options.ConnectorTime ?? _options.Time);
        builder.Services.AddTransient<HttpMessageHandler>(_ => CreateHandler());
        builder.Services.AddSingleton<BrokerConnector>(provider => new TestCable(_options switch
        {
            { Enrolls: true, ConnectorServiceBus: { } other } => ActivatorUtilities.CreateInstance<TwoFacedBrokerConnector>(provider, other, provider.GetRequiredService<ConnectorOptions>().Broker, _options.Time),
            { Enrolls: true } => ActivatorUtilities.CreateInstance<EnrolledBrokerConnector>(provider, provider.GetRequiredService<ConnectorOptions>().Broker, _options.Time),
            { ServiceBus: not null } => ActivatorUtilities.CreateInstance<ServiceBusConnector>(provider, _options.Time),
            { Transport: TestTransport.InProcess } => new InProcessConnector(GatewayServices.GetRequiredService<QueueEngine>()),
            _ => new AmqpBrokerConnector(provider.GetRequiredService<ConnectorOptions>().Broker, _options.Time),
        }));
        builder.Services.AddConnector(builder.Configuration);
        var host = builder.Build();
        var connector = new TestConnector(host, (TestCable)host.Services.GetRequiredService<BrokerConnector>());
        _connectors.Add(connector);
        _started.Push(connector);
        await host.StartAsync(cancellationToken);
        await connector.WaitForConnectedAsync(cancellationToken);
        return connector;
    }

    /// <summary>Configuration of a connector that is started elsewhere, such as in a process of its own, by full key.</summary>
    public Dictionary<string, string?> GetConnectorSettings()
    {
        var broker = _options.Transport == TestTransport.WebSocket
            ? new UriBuilder(GatewayUrl) { Scheme = Scheme == Uri.UriSchemeHttps ? "wss" : "ws" }.Uri
            : new Uri($"amqp://127.0.0.1:{_brokerPort}");
        var settings = new ConnectorConfiguration(broker, _key, _apps, _options).ToSettings();
        if (_options.ServiceBus is { } connectionString)
        {
            settings.Remove("Connector:Broker:Url");
            settings.TryAdd("Connector:Broker:ConnectionString", connectionString);
            settings.TryAdd("Connector:Broker:SealingKey", _key);
        }

        if (_options.Enrolls || _options.ServiceBus is not null)
        {
            settings.Remove("Connector:Broker:KeyName");
            settings.Remove("Connector:Broker:Key");
        }

        if (_options.Enrolls)
        {
            settings.Remove("Connector:Broker:ConnectionString");
            settings.Remove("Connector:Broker:SealingKey");
        }

        return settings;
    }

    /// <summary>Makes a one-time token of the gateway, as its operator does.</summary>
    public async Task<string> CreateEnrollmentTokenAsync(string group = "default", TimeSpan? lifetime = null, int uses = 1, CancellationToken cancellationToken = default)
        => (await GatewayServices.GetRequiredService<EnrollmentTokens>().CreateAsync(group, lifetime ?? TimeSpan.FromMinutes(30), uses, cancellationToken)).Reveal();

    /// <summary>Enrols a connector; returns the file that holds its identity, which is gone with the environment.</summary>
    public async Task<string> EnrollAsync(CancellationToken cancellationToken = default)
    {
        if (_identities is null)
        {
            _identities = Directory.CreateTempSubdirectory("appproxy-identities");
            _started.Push(new TemporaryFolder(_identities));
        }

        var file = new IdentityFile(Path.Combine(_identities.FullName, Guid.NewGuid().ToString("N") + ".json"), IKeyProtection.Create());
        await new Enroller(file, _options.Time, CreateHandler()).EnrollAsync(
            GatewayUrl.ToString(), await CreateEnrollmentTokenAsync(cancellationToken: cancellationToken), "connector", isReplacing: false, cancellationToken);
        return file.Path;
    }

    /// <summary>Stops the gateway, and the broker in it. Cancelled, it waits for nobody; the gateway is gone all the same.</summary>
    public async Task StopGatewayAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _gateway, null) is { } gateway)
        {
            await using (gateway)
            {
                await gateway.StopAsync(cancellationToken);
            }
        }
    }

    /// <summary>Starts the gateway again, on the ports it had.</summary>
    public Task StartGatewayAgainAsync(CancellationToken cancellationToken = default) => StartGatewayAsync(cancellationToken);

    /// <summary>Stops everything, last started first.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var last))
        {
            await last.DisposeAsync();
        }
    }

    private Version FrontVersion => _options.Front is TestProtocol.Http2 or TestProtocol.Https2 ? HttpVersion.Version20 : HttpVersion.Version11;

    private SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
#pragma warning disable CA2262 // Kilobytes are meant.
            MaxResponseHeadersLength = 1024,
#pragma warning restore CA2262

            // Names below localhost mean this machine, but not every resolver knows that.
            ConnectCallback = async (_, token) => await ConnectAsync(token),
        };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, certificate, _, _) =>
            certificate?.GetCertHashString() == TestCertificate.Instance.GetCertHashString();
        return handler;
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (name, app) in _options.Apps)
        {
            _apps[name] = app.Url ?? await StartAppAsync(app, cancellationToken);
        }

        _port = _options.Port ?? FreePort.Take();
        await StartGatewayAsync(cancellationToken);
        _started.Push(new RunningGateway(this));
        for (var i = 0; i < _options.Connectors; i++)
        {
            await StartConnectorAsync(null, cancellationToken);
        }
    }

    private async Task<Uri> StartAppAsync(TestApp published, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls((published.Protocol is TestProtocol.Https1 or TestProtocol.Https2 ? "https" : "http") + "://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestHeadersTotalSize = 1024 * 1024;
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
            Speak(kestrel, published.Protocol);
        });
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(published.Handler!);
        await app.StartAsync(cancellationToken);
        _started.Push(new HurriedApp(app));
        var origin = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        return new Uri(origin, published.InternalPath);
    }

    private async Task StartGatewayAsync(CancellationToken cancellationToken)
    {
        var gateway = GatewayHost.Build([], builder =>
        {
            builder.IgnoreSettingsFiles();
            AddLogging(builder.Logging);
            builder.WebHost.UseUrls(GatewayUrl.ToString());
            builder.WebHost.ConfigureKestrel(kestrel => Speak(kestrel, _options.Front));
            builder.Services.AddSingleton(_options.Time);
            builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
            _options.GatewayParts?.Invoke(builder.Services);
            builder.Services.AddSingleton(new CatalogueOptions { Json = _options.AppsFile?.Invoke(_port) ?? CatalogueJson.Write(_options, UrlOf, _apps) });
            builder.Configuration.AddInMemoryCollection(_options.GatewaySettings);
            builder.Configuration.AddInMemoryCollection(_options.ServiceBus is { } connectionString
                ? [new("Gateway:ServiceBus", connectionString), .. _options.Enrolls ? [] : (KeyValuePair<string, string?>[])[new("Gateway:ServiceBusRules:default:SealingKey", _key)]]
                : [new("Gateway:Broker:Listen", $"amqp://127.0.0.1:{_brokerPort}"), new("Gateway:Broker:ConnectorKeys:connector:Key", _key)]);
        });
        _gateway = gateway;
        await gateway.StartAsync(cancellationToken);
        _brokerPort = gateway.Services.GetService<BrokerListener>()?.Address?.Port ?? 0;
    }

    private static void Speak(KestrelServerOptions kestrel, TestProtocol protocol)
    {
        kestrel.ConfigureHttpsDefaults(static https => https.ServerCertificate = TestCertificate.Instance);
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = protocol switch
        {
            TestProtocol.Http2 => HttpProtocols.Http2,
            TestProtocol.Https2 => HttpProtocols.Http1AndHttp2,
            _ => HttpProtocols.Http1,
        });
    }

    private void AddLogging(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        if (_options.LoggerProvider is { } provider)
        {
            logging.AddProvider(provider);
            logging.AddFilter("AppProxy", LogLevel.Debug);
        }
    }

    /// <summary>Signals to this process are not for what a test started.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class TemporaryFolder(DirectoryInfo folder) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            folder.Delete(recursive: true);
            return default;
        }
    }

    private sealed class InProcessConnector(QueueEngine engine) : BrokerConnector
    {
        public override ValueTask<ITransport> ConnectAsync(CancellationToken cancellationToken) => new(new InProcessTransport(engine));
    }

    private sealed class ExactVersion(Version version, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Version = version;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class RunningGateway(TestEnvironment environment) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            using var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System);
            await environment.StopGatewayAsync(hurry.Token);
        }
    }

    /// <summary>An app that may still have streams open, which nobody reads any more.</summary>
    private sealed class HurriedApp(WebApplication app) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            using var hurry = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            await using (app)
            {
                await app.StopAsync(hurry.Token);
            }
        }
    }
}
