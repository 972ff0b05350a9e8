using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AppProxy.Testing;

/// <summary>What a <see cref="TestEnvironment"/> starts.</summary>
public sealed class TestEnvironmentOptions
{
    /// <summary>How many connectors pull; 1 unless told.</summary>
    public int Connectors { get; set; } = 1;

    /// <summary>How connectors reach the broker.</summary>
    public TestTransport Transport { get; set; } = TestTransport.Amqp;

    /// <summary>Connection string of a Service Bus namespace, or of what speaks like one, that gateway and connectors use instead of the embedded broker.</summary>
    public string? ServiceBus { get; set; }

    /// <summary>Connection string for what enrolled connectors use in the place of <see cref="ServiceBus"/>: a broker that stands between the two.</summary>
    internal string? ConnectorServiceBus { get; set; }

    /// <summary>What clients speak with the gateway; apps are published as https where it is TLS.</summary>
    public TestProtocol Front { get; set; } = TestProtocol.Http1;

    /// <summary>Clock of gateway, broker and connectors.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Clock of what connectors do, where it is not that of all; their connections go by <see cref="Time"/>.</summary>
    public TimeProvider? ConnectorTime { get; set; }

    /// <summary>Gets what gateway and connectors log; nothing is logged without.</summary>
    public ILoggerProvider? LoggerProvider { get; set; }

    /// <summary>Relay settings of the published apps, in apps.json's names (<c>waitForConnector</c>, <c>idleTimeout</c> …).</summary>
    public Dictionary<string, object> Relay { get; } = [];

    /// <summary>More of the published apps' <c>onPremisesPublishing</c>, in Microsoft Graph's names (<c>isTranslateHostHeaderEnabled</c> …).</summary>
    public Dictionary<string, object> Publishing { get; } = [];

    /// <summary>More of the published applications, in apps.json's names (<c>appRoleAssignmentRequired</c> …).</summary>
    public Dictionary<string, object> Application { get; } = [];

    /// <summary>Changes to one published application as it is written, by its name: what sets it apart from the others.</summary>
    public Dictionary<string, Action<Dictionary<string, object>>> Changes { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>More of the apps file (<c>conditionalAccessPolicies</c> …).</summary>
    public Dictionary<string, object> Catalogue { get; } = [];

    /// <summary>Where the gateway listens, for who has to know before it does; a free port unless told.</summary>
    public int? Port { get; set; }

    /// <summary>The port in published URLs, where something stands in front of the gateway; that of the gateway unless told.</summary>
    public int? PublishedPort { get; set; }

    /// <summary>More of the gateway's configuration, by full key (<c>Kestrel:Limits:…</c>).</summary>
    public Dictionary<string, string?> GatewaySettings { get; } = [];

    /// <summary>More of every connector's configuration, by full key (<c>Connector:Slots</c> …); an empty value takes one away.</summary>
    public Dictionary<string, string?> ConnectorSettings { get; } = [];

    /// <summary>Writes the published apps for the gateway's port, in place of what is made of the published ones; these are still started, and known to connectors.</summary>
    internal Func<int, string>? AppsFile { get; set; }

    /// <summary>Parts of the gateway that stand in for its own, where it takes others.</summary>
    internal Action<IServiceCollection>? GatewayParts { get; set; }

    /// <summary>Whether connectors enrol with the gateway, as in production, in place of being given a key.</summary>
    public bool Enrolls { get; set; }

    /// <summary>Published apps by name: their host is the name below localhost.</summary>
    internal Dictionary<string, TestApp> Apps { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Starts an app that answers with <paramref name="handler"/>, and publishes it, open, under <paramref name="name"/>.</summary>
    public TestEnvironmentOptions Publish(string name, RequestDelegate handler) => Publish(name, TestProtocol.Http1, handler);

    /// <summary>As <see cref="Publish(string, RequestDelegate)"/>, for an app that speaks <paramref name="protocol"/>.</summary>
    public TestEnvironmentOptions Publish(string name, TestProtocol protocol, RequestDelegate handler)
    {
        Apps[name] = new TestApp(handler, null, protocol, "/", "/");
        return this;
    }

    /// <summary>As <see cref="Publish(string, RequestDelegate)"/>, under a path of the external URL and at a path of the internal one.</summary>
    /// <param name="name">Name of the app, and of its host below localhost.</param>
    /// <param name="externalPath">Path that clients use; begins and ends with a slash.</param>
    /// <param name="internalPath">Path that the app knows; begins and ends with a slash.</param>
    /// <param name="handler">The app.</param>
    public TestEnvironmentOptions Publish(string name, string externalPath, string internalPath, RequestDelegate handler)
    {
        Apps[name] = new TestApp(handler, null, TestProtocol.Http1, externalPath, internalPath);
        return this;
    }

    /// <summary>Publishes an app that runs already, open, under <paramref name="name"/>.</summary>
    public TestEnvironmentOptions Publish(string name, Uri internalUrl)
    {
        Apps[name] = new TestApp(null, internalUrl, TestProtocol.Http1, "/", "");
        return this;
    }
}
