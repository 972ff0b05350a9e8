using System.Net;
using System.Security.Cryptography.X509Certificates;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AppProxy.Gateway.Broker.Amqp;

/// <summary>The broker alone, on free ports of the loopback address: for tests and trials.</summary>
internal sealed class BrokerServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private BrokerServer(WebApplication application, Uri tcp, Uri webSocket)
    {
        _application = application;
        Broker = application.Services.GetRequiredService<AmqpBroker>();
        Tcp = tcp;
        WebSocket = webSocket;
    }

    public Uri Tcp { get; }

    public Uri WebSocket { get; }

    public AmqpBroker Broker { get; }

    public QueueEngine Engine => Broker.Engine;

    public static async Task<BrokerServer> StartAsync(
        Action<BrokerOptions>? configure, TimeProvider time, CancellationToken cancellationToken, X509Certificate2? certificate = null, ITokenVerifier? tokens = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(time);
        if (tokens is not null)
        {
            builder.Services.AddSingleton(tokens);
        }

        builder.Services.AddBroker().Configure(options => configure?.Invoke(options));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => Secure(endpoint, certificate).UseBroker());
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => Secure(endpoint, certificate).Protocols = HttpProtocols.Http1);
        });
        var application = builder.Build();
        application.UseWebSockets();
        application.MapBroker();
        await application.StartAsync(cancellationToken);
        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.Select(address => new Uri(address)).ToArray();
        var secure = certificate is null ? "" : "s";
        return new BrokerServer(
            application, new Uri($"amqp{secure}://127.0.0.1:{addresses[0].Port}"), new Uri($"ws{secure}://127.0.0.1:{addresses[1].Port}"));
    }

    /// <summary>Drops every connection without a word, as a crash does, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        await _application.DisposeAsync();
    }

    private static ListenOptions Secure(ListenOptions endpoint, X509Certificate2? certificate) =>
        certificate is null ? endpoint : endpoint.UseHttps(certificate);
}
