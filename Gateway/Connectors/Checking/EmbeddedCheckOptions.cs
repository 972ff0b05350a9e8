using AppProxy.Contracts.Transport.Amqp;

namespace AppProxy.Gateway.Connectors.Checking;

/// <summary>The embedded broker of a gateway that runs, from a connector's side.</summary>
internal sealed record EmbeddedCheckOptions
{
    /// <summary>Where connectors dial in; null where that is not known.</summary>
    public AmqpTransportOptions? Transport { get; init; }

    /// <summary>Keys of <c>Gateway:Broker:ConnectorKeys</c>: of each, one for each of its group's queues.</summary>
    public required IReadOnlyList<IReadOnlyList<QueueKey>> Keys { get; init; }

    public required TimeProvider Time { get; init; }
}
