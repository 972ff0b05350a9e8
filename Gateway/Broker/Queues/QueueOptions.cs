namespace AppProxy.Gateway.Broker.Queues;

/// <summary>What a queue is like; the names are those of Azure Service Bus' QueueDescription. Fixed for the life of the queue.</summary>
internal sealed record QueueOptions
{
    /// <summary>Name, case-insensitive, without a leading slash.</summary>
    public required string Name { get; init; }

    /// <summary>Every message belongs to a session, and only the session's one receiver gets it.</summary>
    public bool RequiresSession { get; init; }

    /// <summary>How long a delivered message, or a session that is not held by its link, stays locked.</summary>
    public TimeSpan LockDuration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Life of a message that asks for none, and the cap for one that asks for more; <see cref="TimeSpan.MaxValue"/> = no end.</summary>
    public TimeSpan DefaultMessageTimeToLive { get; init; } = TimeSpan.MaxValue;

    /// <summary>Deliveries that may fail before the message is dead-lettered.</summary>
    public int MaxDeliveryCount { get; init; } = 10;

    /// <summary>Bytes the queue holds at most: bodies plus <see cref="BrokerMessage.Overhead"/> for each message.</summary>
    public long MaxSizeInBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Messages the queue holds at most, waiting and locked together.</summary>
    public int MaxMessages { get; init; } = 100_000;

    /// <summary>Largest message taken. 256 KB, as in Service Bus Standard, so that moving there changes nothing.</summary>
    public int MaxMessageSizeInBytes { get; init; } = 256 * 1024;

    /// <summary>Whether what outlives its time to live goes to the dead-letter queue; off: the relay would only flood it.</summary>
    public bool DeadLetteringOnMessageExpiration { get; init; }

    /// <summary>Whether there is a dead-letter queue; without one what would go there is dropped and counted.</summary>
    public bool DeadLettering { get; init; } = true;

    /// <summary>Messages the dead-letter queue keeps; a newer one pushes out the oldest.</summary>
    public int MaxDeadLetterMessages { get; init; } = 1_000;
}
