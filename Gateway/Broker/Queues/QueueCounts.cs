namespace AppProxy.Gateway.Broker.Queues;

/// <summary>What a queue holds and has done, at one moment.</summary>
/// <param name="Active">Messages waiting for a consumer.</param>
/// <param name="Locked">Messages delivered and not settled.</param>
/// <param name="DeadLettered">Messages in the dead-letter queue.</param>
/// <param name="SizeInBytes">Bytes of waiting and locked messages.</param>
/// <param name="OldestMessageAge">How long the oldest waiting message has waited; zero when none waits.</param>
/// <param name="Consumers">Attached consumers.</param>
/// <param name="Credit">Messages that the consumers may be given right now.</param>
/// <param name="Sessions">Sessions with messages, a holder or a state.</param>
/// <param name="HeldSessions">Sessions with a holder.</param>
/// <param name="Enqueued">Messages taken, ever.</param>
/// <param name="Delivered">Deliveries, ever.</param>
/// <param name="Expired">Messages that outlived their time to live, ever.</param>
/// <param name="Dropped">Messages lost to a full or absent dead-letter queue, ever.</param>
/// <param name="Refused">Messages not taken, ever.</param>
internal readonly record struct QueueCounts(
    int Active,
    int Locked,
    int DeadLettered,
    long SizeInBytes,
    TimeSpan OldestMessageAge,
    int Consumers,
    long Credit,
    int Sessions,
    int HeldSessions,
    long Enqueued,
    long Delivered,
    long Expired,
    long Dropped,
    long Refused);
