using AppProxy.Gateway.Relay.Origin;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AppProxy.Gateway.Hosting.ProxyProtocol;

/// <summary>Puts the PROXY protocol in front of the endpoints that the settings name.</summary>
internal static class ProxyProtocolEndpoints
{
    public static void Configure(KestrelServerOptions kestrel, GatewayOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        if (options.ProxyProtocol.Count == 0)
        {
            return;
        }

        var loader = kestrel.ConfigurationLoader ?? throw new InvalidOperationException("Kestrel reads no endpoints from the configuration.");
        var proxies = TrustedProxies.Parse(options.TrustedProxies);
        var logger = loggers.CreateLogger<ProxyProtocolMiddleware>();
        foreach (var name in options.ProxyProtocol)
        {
            // Before the loader adds TLS, so that it stands in front of it.
            loader.Endpoint(name, endpoint => endpoint.ListenOptions.Use(next => new ProxyProtocolMiddleware(next, proxies, time, logger).OnConnectionAsync));
        }
    }
}
