using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AppProxy.Contracts.Frames;

/// <summary>Names one exchange: 128 random bits, drawn by the gateway. Whoever does not know it can't address the exchange.</summary>
/// <param name="High">First eight octets, big-endian.</param>
/// <param name="Low">Last eight octets, big-endian.</param>
public readonly record struct ExchangeId(ulong High, ulong Low)
{
    /// <summary>Octets on the wire.</summary>
    public const int Size = 16;

    /// <summary>Addresses no exchange: the frame concerns the whole instance (heartbeats).</summary>
    public static ExchangeId None => default;

    /// <summary>Draws a fresh one from the system's cryptographic source.</summary>
    public static ExchangeId Create()
    {
        Span<byte> octets = stackalloc byte[Size];
        RandomNumberGenerator.Fill(octets);
        return Read(octets);
    }

    /// <summary>Reads the first <see cref="Size"/> octets.</summary>
    public static ExchangeId Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(source), BinaryPrimitives.ReadUInt64BigEndian(source[8..]));

    /// <summary>Writes <see cref="Size"/> octets.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }

    /// <summary>The bits are random already; any of them make a good hash.</summary>
    public override int GetHashCode() => (int)Low;

    /// <summary>32 hexadecimal digits: the reference that people see on an error page.</summary>
    public override string ToString() => $"{High:x16}{Low:x16}";
}
