namespace AppProxy.Contracts.Transport.Sealing;

/// <summary>A message as the broker sees it. Owns one reference to its buffer until the send is answered.</summary>
internal sealed class SealedOutboundMessage(OutboundMessage message, PooledBuffer buffer, int length) : OutboundMessage
{
    public override PooledBuffer Buffer => buffer;

    public override ReadOnlyMemory<byte> Body => buffer.Array.AsMemory(0, length);

    public override string? SessionId => message.SessionId;

    public override TimeSpan TimeToLive => message.TimeToLive;

    public override void Completed(TransportException? failure)
    {
        buffer.Release();
        message.Completed(failure);
    }
}
