namespace AppProxy.Testing;

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
