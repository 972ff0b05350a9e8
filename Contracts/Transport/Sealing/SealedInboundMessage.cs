using AppProxy.Contracts.Identity.Sealing;

namespace AppProxy.Contracts.Transport.Sealing;

/// <summary>A message that was opened in place: its bytes are a slice of the one that the broker delivered.</summary>
internal sealed class SealedInboundMessage(InboundMessage message, LinkOpener opener, ulong counter) : InboundMessage
{
    public override PooledBuffer Buffer => message.Buffer;

    public override ReadOnlyMemory<byte> Body => message.Body[SealedHeader.Size..^SealedHeader.TagSize];

    public override DateTimeOffset EnqueuedTime => message.EnqueuedTime;

    public override int DeliveryCount => message.DeliveryCount;

    public override void Settle(Settlement settlement)
    {
        if (settlement != Settlement.Abandon)
        {
            opener.Done(counter);
        }

        message.Settle(settlement);
    }

    public override void Release() => message.Release();
}
