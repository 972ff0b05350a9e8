using System.Buffers.Binary;

namespace AppProxy.Connector.Assertions;

/// <summary>Compares tokens as they lie in a frame. Their last octets are a signature, random enough to be the hash; only tokens that were verified are ever kept.</summary>
internal sealed class OctetComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly OctetComparer Instance = new();

    private OctetComparer()
    {
    }

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] octets) => GetHashCode(octets.AsSpan());

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => alternate.Length < sizeof(long) ? alternate.Length : BinaryPrimitives.ReadInt64LittleEndian(alternate[^sizeof(long)..]).GetHashCode();

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
