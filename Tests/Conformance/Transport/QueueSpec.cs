using AppProxy.Gateway.Broker.Queues;

namespace AppProxy.Tests.Conformance.Transport;

/// <summary>A queue that a behaviour needs; the words are those of Azure Service Bus' QueueDescription.</summary>
public sealed record QueueSpec(string Name)
{
    public bool RequiresSession { get; init; }

    public TimeSpan LockDuration { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan DefaultMessageTimeToLive { get; init; } = TimeSpan.MaxValue;

    public int MaxDeliveryCount { get; init; } = 10;

    public int MaxMessages { get; init; } = 100_000;

    public int MaxMessageSizeInBytes { get; init; } = 256 * 1024;

    internal void CreateIn(QueueEngine engine) => engine.GetOrCreate(new QueueOptions
    {
        Name = Name,
        RequiresSession = RequiresSession,
        LockDuration = LockDuration,
        DefaultMessageTimeToLive = DefaultMessageTimeToLive,
        MaxDeliveryCount = MaxDeliveryCount,
        MaxMessages = MaxMessages,
        MaxMessageSizeInBytes = MaxMessageSizeInBytes,
    });
}
