using System.Threading.Channels;
using AppProxy.Connector.Execution;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Transport;

namespace AppProxy.Tests.Connector.Http1;

/// <summary>A request body that a test writes when it wants to.</summary>
internal sealed class PushedBody : IRequestBody
{
    private readonly Channel<BodySlice> _slices = Channel.CreateUnbounded<BodySlice>();

    public ReadOnlyMemory<byte>? Trailers { get; set; }

    public long Consumed { get; private set; }

    public void Push(ReadOnlySpan<byte> octets)
    {
        var buffer = PooledBuffer.Rent(octets.Length);
        octets.CopyTo(buffer.Array);
        _slices.Writer.TryWrite(new BodySlice(buffer.Array.AsMemory(0, octets.Length), buffer));
    }

    public void Complete() => _slices.Writer.TryComplete();

    public void Break(ExchangeFailure failure) => _slices.Writer.TryComplete(new RequestBodyBrokenException(failure));

    public bool TryRead(out BodySlice slice) => _slices.Reader.TryRead(out slice);

    public void Consume(int count) => Consumed += count;

    public ValueTask<bool> WaitAsync() => _slices.Reader.WaitToReadAsync();

    public void Stop() => Break(ExchangeFailure.None);
}
