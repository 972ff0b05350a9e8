using System.Buffers;

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>Collects what is written until somebody takes it, in an array that is lent. Holds none before the first write.</summary>
internal sealed class PooledOutput : IBufferWriter<byte>, IDisposable
{
    private const int Least = 4096;

    private byte[] _array = [];

    public int WrittenCount { get; private set; }

    public ReadOnlySpan<byte> WrittenSpan => _array.AsSpan(0, WrittenCount);

    public void Clear() => WrittenCount = 0;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _array.Length - WrittenCount);
        WrittenCount += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _array.AsMemory(WrittenCount);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _array.AsSpan(WrittenCount);
    }

    public void Dispose()
    {
        Return();
        _array = [];
        WrittenCount = 0;
    }

    private void Grow(int sizeHint)
    {
        if (_array.Length - WrittenCount >= Math.Max(1, sizeHint))
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Least, Math.Max(2 * _array.Length, WrittenCount + sizeHint)));
        WrittenSpan.CopyTo(larger);
        Return();
        _array = larger;
    }

    private void Return()
    {
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
        }
    }
}
