using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Broker.Queues;

/// <summary>
/// Where a consumer's messages go. Calls come one after another, in order, never under a lock of the engine, on whatever thread made
/// the message available - most often the one that is enqueuing it. They must neither wait nor throw; they may call the engine.
/// </summary>
internal interface IDeliverySink
{
    /// <summary>A message; the sink owns one reference to it and gives it back with <see cref="InboundMessage.Release"/>.</summary>
    void Deliver(BrokerMessage message);

    /// <summary>A drain is over (one call for each): everything deliverable was delivered before, and <paramref name="unusedCredit"/> was taken back.</summary>
    void Drained(int unusedCredit);

    /// <summary>Its owner has fallen silent: end all that the owner holds, by a lost connection. May come on any thread, and more than once.</summary>
    void Evict(TransportException reason);

    /// <summary>The consumer is gone: null after it was closed by its owner, else why the engine ended it. Nothing follows.</summary>
    void Detached(TransportException? reason);
}
