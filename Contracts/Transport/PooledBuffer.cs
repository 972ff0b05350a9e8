using System.Buffers;
using System.Runtime.CompilerServices;

namespace AppProxy.Contracts.Transport;

/// <summary>
/// A rented array with a reference count, so that one copy of a message's bytes serves the broker, a re-delivery and every
/// slice of a body that waits for its reader.
/// </summary>
/// <remarks>Created with one reference. Whoever stores a slice retains; whoever is done releases; the last release gives the array back.</remarks>
public sealed class PooledBuffer
{
    private byte[]? _array;
    private int _references = 1;

    private PooledBuffer(byte[] array) => _array = array;

    /// <summary>The whole array, possibly longer than asked for.</summary>
    public byte[] Array => _array ?? throw new ObjectDisposedException(nameof(PooledBuffer));

    /// <summary>Rents at least <paramref name="minimumLength"/> bytes; the content is undefined.</summary>
    public static PooledBuffer Rent(int minimumLength) => new(ArrayPool<byte>.Shared.Rent(minimumLength));

    /// <summary>Adds a reference.</summary>
    /// <exception cref="ObjectDisposedException">The last reference is gone already.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Retain()
    {
        if (Interlocked.Increment(ref _references) <= 1)
        {
            ThrowReleased();
        }
    }

    /// <summary>Gives one reference back.</summary>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        if (left == 0)
        {
            var array = _array!;
            _array = null;
            ArrayPool<byte>.Shared.Return(array);
        }
        else if (left < 0)
        {
            ThrowReleased();
        }
    }

    private static void ThrowReleased() => throw new ObjectDisposedException(nameof(PooledBuffer), "Released more often than retained.");
}
