namespace AppProxy.Contracts.Transport;

/// <summary>Sends to one queue, in the order of the calls.</summary>
public interface IMessageSender : IAsyncDisposable
{
    /// <summary>Largest message body the broker takes, in bytes.</summary>
    int MaxBodySize { get; }

    /// <summary>
    /// Queues a message and returns at once. <see cref="OutboundMessage.Completed"/> is called exactly once, from any thread, possibly before this returns.
    /// </summary>
    void Send(OutboundMessage message);
}
