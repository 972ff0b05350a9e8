using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Transport;

namespace AppProxy.Tests.Contracts.Exchanges;

internal sealed class RecordingOutboxOwner : IOutboxOwner
{
    private int _linksLost;

    public int LinksLost => Volatile.Read(ref _linksLost);

    public List<TransportFailure> Dropped { get; } = [];

    public void OnLinkLost() => Interlocked.Increment(ref _linksLost);

    public void OnDropped(TransportException refusal) => Dropped.Add(refusal.Failure);
}
