using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Broker.Queues;

/// <summary>How a consumer takes messages.</summary>
internal sealed record ConsumerOptions
{
    public ReceiveMode Mode { get; init; } = ReceiveMode.PeekLock;

    /// <summary>The session to hold. Null on a plain queue, and where the next free session is asked for.</summary>
    public string? SessionId { get; init; }

    /// <summary>Holds the session for as long as the consumer is attached; otherwise it must be renewed within the lock duration.</summary>
    public bool KeepSessionLock { get; init; }
}
