using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AppProxy.Testing;

/// <summary>What a <see cref="TestEnvironment"/> starts.</summary>
public sealed class TestEnvironmentOptions
{
    /// <summary>How many connectors pull; 1 unless told.</summary>
    public int Connectors { get; set; } = 1;

    /// <summary>How connectors reach the broker.</summary>
    public TestTransport Transport { get; set; } = TestTransport.Amqp;

    /// <summary>Clock of gateway, broker and connectors.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Gets what gateway and connectors log; nothing is logged without.</summary>
    public ILoggerProvider? LoggerProvider { get; set; }

    /// <summary>Published apps by name: their host is the name below localhost.</summary>
    internal Dictionary<string, (RequestDelegate? Handler, Uri? Url)> Apps { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Relay settings of the published apps, in apps.json's names (<c>waitForConnector</c>, <c>idleTimeout</c> …).</summary>
    public Dictionary<string, object> Relay { get; } = [];

    /// <summary>Starts an app that answers with <paramref name="handler"/>, and publishes it, open, under <paramref name="name"/>.</summary>
    public TestEnvironmentOptions Publish(string name, RequestDelegate handler)
    {
        Apps[name] = (handler, null);
        return this;
    }

    /// <summary>Publishes an app that runs already, open, under <paramref name="name"/>.</summary>
    public TestEnvironmentOptions Publish(string name, Uri internalUrl)
    {
        Apps[name] = (null, internalUrl);
        return this;
    }
}

/// <summary>How the connectors of a <see cref="TestEnvironment"/> reach the broker.</summary>
public enum TestTransport
{
    /// <summary>AMQP over TCP, as connectors usually do.</summary>
    Amqp,

    /// <summary>AMQP inside a WebSocket on the gateway's own port.</summary>
    WebSocket,

    /// <summary>The broker's queues without the wire.</summary>
    InProcess,
}
