using AppProxy.Connector.Destinations;
using AppProxy.Connector.Tls;

namespace AppProxy.Connector.Http1;

/// <summary>How one app is called over HTTP/1.1.</summary>
internal sealed record Http1Options
{
    /// <summary>Name in logs.</summary>
    public required string App { get; init; }

    /// <summary>Name or address, without brackets.</summary>
    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>To which addresses it may lead.</summary>
    public DestinationRules Destinations { get; init; } = DestinationRules.None;

    /// <summary>Null for an app without TLS.</summary>
    public AppTls? Tls { get; init; }

    /// <summary>Connections at once; 0 for no limit.</summary>
    public int MaxConnections { get; init; }

    /// <summary>Largest head or trailer section of a response, in octets.</summary>
    public int MaxHeadLength { get; init; } = 128 * 1024;

    /// <summary>Below what usual servers keep (Kestrel 130 s), so that as a rule it is not them who close.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(90);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);
}
