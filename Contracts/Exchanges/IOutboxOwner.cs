using AppProxy.Contracts.Transport;

namespace AppProxy.Contracts.Exchanges;

/// <summary>Told by an outbox what it can't mend. Called under its lock or from the transport, so it must neither wait nor throw.</summary>
internal interface IOutboxOwner
{
    /// <summary>The link is gone: attach another, or abandon the outbox.</summary>
    void OnLinkLost();

    /// <summary>The broker refused a message for good. The other side will notice the gap.</summary>
    void OnDropped(TransportException refusal);
}
