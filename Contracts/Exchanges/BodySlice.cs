using AppProxy.Contracts.Transport;

namespace AppProxy.Contracts.Exchanges;

/// <summary>A piece of a received body. Whoever reads it releases its owner when done with the octets.</summary>
/// <param name="Octets">The octets.</param>
/// <param name="Owner">Owner of the memory; one reference belongs to the slice.</param>
public readonly record struct BodySlice(ReadOnlyMemory<byte> Octets, PooledBuffer Owner)
{
    /// <summary>Gives the slice's memory back.</summary>
    public void Release() => Owner.Release();
}
