using AppProxy.Contracts.Transport;

namespace AppProxy.Tests.Contracts.Exchanges;

/// <summary>A delivered request that records what became of it.</summary>
internal sealed class FakeRequest : InboundMessage
{
    public List<Settlement> Settled { get; } = [];

    public int Released { get; private set; }

    public override PooledBuffer Buffer { get; } = PooledBuffer.Rent(1);

    public override ReadOnlyMemory<byte> Body => default;

    public override DateTimeOffset EnqueuedTime => DateTimeOffset.UnixEpoch;

    public override int DeliveryCount => 0;

    public override void Settle(Settlement settlement) => Settled.Add(settlement);

    public override void Release() => Released++;
}
