using System.Buffers.Binary;

namespace AppProxy.Contracts.Transport.Amqp.Codec;

/// <summary>
/// Head of every frame: size u32 (of the whole frame) · doff u8 (head in words of 4 bytes, at least 2) · type u8 · channel u16.
/// AMQP 1.0 part 2, section 2.3.
/// </summary>
internal readonly struct FrameHeader
{
    public const int Size = 8;
    public const byte Amqp = 0;
    public const byte Sasl = 1;

    private FrameHeader(int frameSize, int bodyOffset, byte type, ushort channel)
    {
        FrameSize = frameSize;
        BodyOffset = bodyOffset;
        Type = type;
        Channel = channel;
    }

    public int FrameSize { get; }

    public int BodyOffset { get; }

    public byte Type { get; }

    public ushort Channel { get; }

    /// <summary>Reads and checks a head; <paramref name="maxFrameSize"/> is what was announced to the peer.</summary>
    public static FrameHeader Read(ReadOnlySpan<byte> source, uint maxFrameSize)
    {
        var size = BinaryPrimitives.ReadUInt32BigEndian(source);
        if (size > maxFrameSize || size < Size)
        {
            throw new AmqpException(ErrorCondition.FramingError, "A frame is longer than was agreed, or shorter than its own head.");
        }

        var offset = source[4] * 4;
        if (offset < Size || offset > size)
        {
            throw new AmqpException(ErrorCondition.FramingError, "The data offset of a frame is wrong.");
        }

        return new FrameHeader((int)size, offset, source[5], BinaryPrimitives.ReadUInt16BigEndian(source[6..]));
    }

    public static void Write(Span<byte> target, int frameSize, byte type, ushort channel)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, frameSize);
        target[4] = 2;
        target[5] = type;
        BinaryPrimitives.WriteUInt16BigEndian(target[6..], channel);
    }
}
