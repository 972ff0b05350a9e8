using AppProxy.Contracts.Identity.Sealing;

namespace AppProxy.Contracts.Transport.Sealing;

/// <summary>Seals each message on its way out.</summary>
internal sealed class SealedSender(IMessageSender inner, LinkSealer sealer) : IMessageSender
{
    public int MaxBodySize => inner.MaxBodySize - SealedHeader.Overhead;

    public void Send(OutboundMessage message)
    {
        var length = message.Body.Length + SealedHeader.Overhead;
        if (length > inner.MaxBodySize)
        {
            message.Completed(new TransportException(TransportFailure.MessageTooLarge, $"A message is longer than {MaxBodySize} bytes."));
            return;
        }

        // Not in place: who sends may have to send the same octets again on another link, under another key.
        var buffer = PooledBuffer.Rent(length);
        bool isSealed;
        try
        {
            isSealed = sealer.TrySeal(message.Body.Span, message.SessionId, buffer.Array.AsSpan(0, length));
        }
        catch (ObjectDisposedException)
        {
            buffer.Release();
            message.Completed(new TransportException(TransportFailure.Detached, "The sender is closed."));
            return;
        }

        if (!isSealed)
        {
            buffer.Release();
            message.Completed(new TransportException(TransportFailure.NotAllowed, "The session's id is too long."));
            return;
        }

        inner.Send(new SealedOutboundMessage(message, buffer, length));
    }

    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        sealer.Dispose();
    }
}
