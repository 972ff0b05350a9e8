using System.Buffers.Binary;

namespace AppProxy.Contracts.Identity.Sealing;

/// <summary>What a sealed message shows of itself, all of it authenticated. Integers are big-endian.</summary>
/// <remarks>
/// <code>
///  0       1       2         3       4         8                  16
/// +-------+-------+---------+-------+---------+------------------+
/// | 'A'   | 'P'   | version | 1     | key id  | sealed at, s     |     version = 1
/// +-------+-------+---------+-------+---------+------------------+  16
/// | connector: who seals, by its id; all zero: a gateway, or a   |
/// |   connector with a key of its configuration                  |
/// +--------------------------------------------------------------+  32
/// | link: drawn by the sender for each link that it opens        |
/// +------------------+-------------------------------------------+  48
/// | counter          |  a message of the relay, encrypted        |  56
/// +------------------+-------------------------------------------+
/// | tag (16)         |
/// +------------------+
/// </code>
/// </remarks>
/// <param name="KeyId">Names the group's key.</param>
/// <param name="SealedAt">Seconds since 1970, by the gateways' clock.</param>
/// <param name="Connector">Whose key it is, towards gateways.</param>
/// <param name="Link">The key that seals is derived for this link, so its counter is a nonce that nobody else uses.</param>
/// <param name="Counter">Number of the message on its link.</param>
internal readonly record struct SealedHeader(uint KeyId, long SealedAt, Guid Connector, Guid Link, ulong Counter)
{
    public const int Size = 56;

    public const int TagSize = 16;

    /// <summary>What sealing adds to a message.</summary>
    public const int Overhead = Size + TagSize;

    /// <summary>The version that is written, and the newest that is read.</summary>
    private const byte Version = 1;

    public void Write(Span<byte> destination)
    {
        destination[0] = (byte)'A';
        destination[1] = (byte)'P';
        destination[2] = Version;
        destination[3] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], KeyId);
        BinaryPrimitives.WriteInt64BigEndian(destination[8..], SealedAt);
        Connector.TryWriteBytes(destination[16..], bigEndian: true, out _);
        Link.TryWriteBytes(destination[32..], bigEndian: true, out _);
        BinaryPrimitives.WriteUInt64BigEndian(destination[48..], Counter);
    }

    /// <summary>False for what is no sealed message.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out SealedHeader header)
    {
        if (message.Length < Overhead || message[0] != (byte)'A' || message[1] != (byte)'P' || message[2] != Version || message[3] != 1)
        {
            header = default;
            return false;
        }

        header = new SealedHeader(
            BinaryPrimitives.ReadUInt32BigEndian(message[4..]),
            BinaryPrimitives.ReadInt64BigEndian(message[8..]),
            new Guid(message.Slice(16, 16), bigEndian: true),
            new Guid(message.Slice(32, 16), bigEndian: true),
            BinaryPrimitives.ReadUInt64BigEndian(message[48..]));
        return true;
    }
}
