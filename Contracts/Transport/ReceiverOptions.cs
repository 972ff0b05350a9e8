namespace AppProxy.Contracts.Transport;

/// <summary>How a receiver takes messages from its queue.</summary>
public sealed record ReceiverOptions
{
    /// <summary>Whether a message is locked until settled, or gone once delivered.</summary>
    public required ReceiveMode Mode { get; init; }

    /// <summary>The session to hold; null on a queue without sessions. The transport keeps the session's lock for as long as the receiver is open.</summary>
    public string? SessionId { get; init; }
}

/// <summary>Azure Service Bus' two receive modes.</summary>
public enum ReceiveMode
{
    /// <summary>A delivered message is locked for its receiver until it is settled or the lock runs out.</summary>
    PeekLock,

    /// <summary>A message is gone from the queue once it was delivered.</summary>
    ReceiveAndDelete,
}
