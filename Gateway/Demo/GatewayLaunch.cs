namespace AppProxy.Gateway.Demo;

/// <summary>What the demo wants its gateway to be.</summary>
/// <param name="Url">Where to listen. Its host is the gateway's own, and the demo's app is published on another.</param>
/// <param name="CatalogueJson">The published apps, as in apps.json.</param>
/// <param name="ConnectorKeyName">Name of the shared access key that connectors sign in to the broker with.</param>
/// <param name="ConnectorKey">That key: 32 random bytes in base64, fresh each time.</param>
internal sealed record GatewayLaunch(Uri Url, string CatalogueJson, string ConnectorKeyName, string ConnectorKey)
{
    /// <summary>For a log or a debugger; leaves the key out.</summary>
    public override string ToString() => $"{Url}, connector key {ConnectorKeyName}";
}

/// <summary>Starts a gateway with its embedded broker, listening when the task completes. The composition provides it.</summary>
internal delegate Task<IRunningGateway> GatewayStarter(GatewayLaunch launch, CancellationToken cancellationToken);

/// <summary>A started gateway; disposing stops it in order.</summary>
internal interface IRunningGateway : IAsyncDisposable
{
    /// <summary>Where connectors reach the broker, for people to read.</summary>
    string BrokerAddress { get; }

    /// <summary>Settings of a connector, as environment variables, key included.</summary>
    IReadOnlyDictionary<string, string> ConnectorEnvironment { get; }

    /// <summary>Completes when the gateway stopped by itself.</summary>
    Task Stopped { get; }
}
