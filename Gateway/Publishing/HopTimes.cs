namespace AppProxy.Gateway.Publishing;

/// <summary>How long each part of the way took, in milliseconds; null for what was not come by.</summary>
internal sealed record HopTimes
{
    /// <summary>The external host's name was looked up.</summary>
    public double? Name { get; set; }

    /// <summary>A connection to the gateway.</summary>
    public double? Connection { get; set; }

    /// <summary>TLS with the gateway.</summary>
    public double? Tls { get; set; }

    /// <summary>A request that the gateway answers itself, and back.</summary>
    public double? Gateway { get; set; }

    /// <summary>From the queue to the app and back to the response's head: what the app's request took beyond <see cref="Gateway"/>.</summary>
    public double? RelayAndApp { get; set; }

    /// <summary>From the response's head to its end.</summary>
    public double? Body { get; set; }

    /// <summary>A connection from each connector to the app, as it said last, by the connector's name.</summary>
    public Dictionary<string, int> ConnectorToApp { get; } = [];
}
