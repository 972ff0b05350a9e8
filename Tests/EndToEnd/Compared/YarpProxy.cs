using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace AppProxy.Tests.EndToEnd.Compared;

/// <summary>YARP in front of one app, with the settings that it and its server come with.</summary>
internal sealed class YarpProxy : IAsyncDisposable
{
    private readonly WebApplication _application;

    private YarpProxy(WebApplication application) => _application = application;

    public Uri Url => new(_application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());

    public static async Task<YarpProxy> StartAsync(Uri app, HttpProtocols front, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = front));
        var route = new RouteConfig { RouteId = "all", ClusterId = "app", Match = new RouteMatch { Path = "{**rest}" } };
        var cluster = new ClusterConfig
        {
            ClusterId = "app",
            Destinations = new Dictionary<string, DestinationConfig> { ["app"] = new() { Address = app.ToString() } },
        };
        builder.Services.AddReverseProxy().LoadFromMemory([route], [cluster]);
        var application = builder.Build();
        application.MapReverseProxy();
        await application.StartAsync(cancellationToken);
        return new YarpProxy(application);
    }

    /// <summary>A connection on which nothing has been said yet.</summary>
    public async Task<NetworkStream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, Url.Port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        await _application.StopAsync(hurry.Token);
        await _application.DisposeAsync();
    }
}
