namespace AppProxy.Gateway.Broker.Queues;

/// <summary>Where a message object stands; changes under its queue's lock only.</summary>
internal enum MessageState : byte
{
    /// <summary>In no queue yet.</summary>
    New,

    /// <summary>In a waiting list.</summary>
    Waiting,

    /// <summary>Handed or about to be handed to a consumer, unsettled.</summary>
    Locked,

    /// <summary>Settled, lost, or given away for good: nothing done to this object has an effect any more.</summary>
    Gone,
}
