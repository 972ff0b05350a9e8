namespace AppProxy.Gateway.Broker.Queues;

/// <summary>
/// Messages that are delivered in order to one consumer. A queue without sessions is one session without a name, shared by its consumers.
/// Everything in here is under the queue's lock.
/// </summary>
internal sealed class MessageSession
{
    public MessageSession(string id)
    {
        Id = id;
        AvailableNode = new LinkedListNode<MessageSession>(this);
        LockNode = new LinkedListNode<MessageSession>(this);
    }

    public string Id { get; }

    public MessageList Waiting { get; } = new();

    /// <summary>Unsettled messages, in the order in which they were locked, which without sessions is that in which their locks run out.</summary>
    public MessageList Locked { get; } = new();

    /// <summary>Who holds the session.</summary>
    public QueueConsumer? Owner { get; set; }

    /// <summary>End of the owner's lock; <see cref="long.MaxValue"/> while the owner keeps it by being attached.</summary>
    public long LockedUntil { get; set; }

    public byte[]? State { get; set; }

    /// <summary>Place among the sessions that have messages and no owner.</summary>
    public LinkedListNode<MessageSession> AvailableNode { get; }

    /// <summary>Place among the sessions whose lock can run out.</summary>
    public LinkedListNode<MessageSession> LockNode { get; }

    public bool IsUnused => Owner is null && State is null && Waiting.Count == 0 && Locked.Count == 0;
}
