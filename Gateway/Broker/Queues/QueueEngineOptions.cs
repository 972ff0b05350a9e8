namespace AppProxy.Gateway.Broker.Queues;

/// <summary>Limits over all queues together.</summary>
internal sealed record QueueEngineOptions
{
    /// <summary>Bytes that all queues together hold at most, dead-letter queues included.</summary>
    public long MaxSizeInBytes { get; init; } = 512L * 1024 * 1024;
}
