using System.Buffers.Binary;

namespace AppProxy.Contracts.Frames;

/// <summary>The 32 octets that every frame begins with. All integers are big-endian.</summary>
/// <remarks>
/// <code>
///  0               4       5       6           8
/// +---------------+-------+-------+-----------+
/// | length        | type  | flags | send      |
/// +---------------+-------+-------+-----------+   8
/// | exchange id                               |
/// |                                           |
/// +---------------+---------------------------+  24
/// | nonce         | sequence number           |
/// +---------------+---------------------------+  32
/// | payload …                                 |
/// </code>
/// </remarks>
public readonly record struct FrameHeader(int Length, FrameType Type, FrameFlags Flags, ExchangeId Exchange, Attempt Attempt, uint Sequence)
{
    /// <summary>Octets of the header, which <see cref="Length"/> includes.</summary>
    public const int Size = 32;

    /// <summary>Reads the first <see cref="Size"/> octets without judging them.</summary>
    public static FrameHeader Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt32BigEndian(source),
        (FrameType)source[4],
        (FrameFlags)source[5],
        ExchangeId.Read(source[8..]),
        new Attempt(BinaryPrimitives.ReadUInt16BigEndian(source[6..]), BinaryPrimitives.ReadUInt32BigEndian(source[24..])),
        BinaryPrimitives.ReadUInt32BigEndian(source[28..]));

    /// <summary>Writes <see cref="Size"/> octets.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, Length);
        destination[4] = (byte)Type;
        destination[5] = (byte)Flags;
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], Attempt.Send);
        Exchange.Write(destination[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[24..], Attempt.Nonce);
        BinaryPrimitives.WriteUInt32BigEndian(destination[28..], Sequence);
    }
}
