namespace AppProxy.Gateway.Demo;

/// <summary>What the demo wants its gateway to be.</summary>
/// <param name="Url">Where to listen. Its host is the gateway's own, and the demo's app is published on another.</param>
/// <param name="AppsFile">The published apps: an apps.json, read again when it changes.</param>
/// <param name="Connectors">How many connectors will enrol.</param>
internal sealed record GatewayLaunch(Uri Url, string AppsFile, int Connectors)
{
    /// <summary>Path of a store for the people who sign in; null where nobody does.</summary>
    public string? Store { get; init; }

    /// <summary>Host of the app that the demo asks for until it is served.</summary>
    public string ProbedHost { get; init; } = "";
}

/// <summary>Starts a gateway with its embedded broker, listening when the task completes. The composition provides it.</summary>
internal delegate Task<IRunningGateway> GatewayStarter(GatewayLaunch launch, CancellationToken cancellationToken);

/// <summary>A started gateway; disposing stops it in order.</summary>
internal interface IRunningGateway : IAsyncDisposable
{
    /// <summary>Where connectors reach the broker, for people to read.</summary>
    string BrokerAddress { get; }

    /// <summary>Settings of a connector that enrols, as environment variables; with the one-time token, which is secret.</summary>
    IReadOnlyDictionary<string, string> ConnectorEnvironment { get; }

    /// <summary>Who can sign in; nobody where everything is open.</summary>
    IReadOnlyList<DemoPerson> People => [];

    /// <summary>A Cookie field that opens the app for the demo itself, until <see cref="EndProbeAsync"/>; null where it is open. Secret.</summary>
    string? ProbeCookie => null;

    /// <summary>The app is served: nobody has to look any more.</summary>
    Task EndProbeAsync() => Task.CompletedTask;

    /// <summary>Completes when the gateway stopped by itself.</summary>
    Task Stopped { get; }
}
