using System.Net;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Certificates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace AppProxy.Gateway.Hosting;

/// <summary>
/// The broker's own port. A server apart from the front door: endpoints given in code would silence the ones that an operator
/// configures for people, and the two are stopped at different times.
/// </summary>
internal sealed class BrokerListener(AmqpBroker broker, GatewayOptions options, HostCertificates certificates, IConfiguration configuration, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private const int AmqpPort = 5672;
    private const int AmqpsPort = 5671;

    private WebApplication? _server;

    /// <summary>Where it really listens, when the port was left to the system.</summary>
    public Uri? Address { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Broker.Listen is not { } listen)
        {
            return;
        }

        var url = new Uri(listen);
        var isTls = url.Scheme == "amqps";
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(broker);
        builder.WebHost.UseKestrelCore();
        if (isTls)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        // The certificate is the front door's own unless told otherwise.
        builder.Configuration.AddInMemoryCollection(configuration.GetSection("Kestrel:Certificates").AsEnumerable());
        builder.WebHost.ConfigureKestrel((context, kestrel) =>
        {
            kestrel.Configure(context.Configuration.GetSection("Kestrel"));
            var address = IPAddress.TryParse(url.DnsSafeHost, out var given) ? given : IPAddress.Loopback;
            kestrel.Listen(address, url.IsDefaultPort ? (isTls ? AmqpsPort : AmqpPort) : url.Port, endpoint =>
            {
                if (isTls)
                {
                    AddTls(endpoint);
                }

                endpoint.UseBroker();
            });
        });
        try
        {
            _server = builder.Build();
            _server.Run(static _ => Task.CompletedTask);
            await _server.StartAsync(cancellationToken);
        }
        catch (Exception cause) when (cause is not OperationCanceledException)
        {
            throw new ListenException("Gateway:Broker:Listen", cause);
        }

        var bound = _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Address = new UriBuilder(bound) { Scheme = url.Scheme }.Uri;
    }

    /// <summary>With the certificates of the gateway's hosts where no default one is configured.</summary>
    private void AddTls(ListenOptions endpoint)
    {
        if (certificates.Current.All.Count == 0 || configuration.GetSection("Kestrel:Certificates:Default").Exists())
        {
            endpoint.UseHttps();
            return;
        }

        endpoint.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = new TlsEndpoint(certificates, given: null, System.Security.Authentication.SslProtocols.None, endpoint.Protocols).SelectAsync,
        });
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is not null)
        {
            await _server.StopAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
