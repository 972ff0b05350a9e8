using AppProxy.Contracts.Transport;

namespace AppProxy.Tests.Contracts.Exchanges;

/// <summary>A buffer tells by its array whether its last reference is gone; one released too often throws by itself.</summary>
internal static class Buffers
{
    public static bool IsReleased(PooledBuffer buffer)
    {
        try
        {
            return buffer.Array is null;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    public static PooledBuffer Of(ReadOnlySpan<byte> octets)
    {
        var buffer = PooledBuffer.Rent(octets.Length);
        octets.CopyTo(buffer.Array);
        return buffer;
    }
}
