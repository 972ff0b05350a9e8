namespace AppProxy.Contracts.Transport;

/// <summary>What a receiver tells. Calls come one after another and hold up everything behind them, so they must neither wait nor throw.</summary>
public interface IMessageHandler
{
    /// <summary>A message; the handler owns one reference to it and releases it.</summary>
    void OnMessage(InboundMessage message);

    /// <summary>The receiver is gone, with the reason, or null after it was disposed. Nothing follows.</summary>
    void OnClosed(TransportException? reason);
}
