using AppProxy.Gateway.Relay.Origin;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel;

namespace AppProxy.Gateway.Hosting.ProxyProtocol;

/// <summary>Puts the PROXY protocol in front of the endpoints that the settings name.</summary>
internal sealed class ProxyProtocolEndpoints(GatewayOptions options, ILoggerFactory loggers, TimeProvider time)
{
    private readonly TrustedProxies _proxies = TrustedProxies.Parse(options.TrustedProxies);
    private readonly ILogger<ProxyProtocolMiddleware> _logger = loggers.CreateLogger<ProxyProtocolMiddleware>();

    /// <summary>To be called before TLS is added, so that it stands in front of it.</summary>
    public void Configure(string name, EndpointConfiguration endpoint)
    {
        if (options.ProxyProtocol.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            endpoint.ListenOptions.Use(next => new ProxyProtocolMiddleware(next, _proxies, time, _logger).OnConnectionAsync);
        }
    }
}
