using System.Buffers.Binary;

namespace AppProxy.Contracts.Frames;

/// <summary>Reads a payload's fields in order. After the first field that does not fit, everything reads as zero and <see cref="Error"/> says why.</summary>
internal ref struct PayloadReader(ReadOnlySpan<byte> payload)
{
    private ReadOnlySpan<byte> _rest = payload;

    public FrameError Error { get; private set; }

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public ReadOnlySpan<byte> Octets(int count)
    {
        if ((uint)count > (uint)_rest.Length)
        {
            Fail(FrameError.Length);
            return default;
        }

        var octets = _rest[..count];
        _rest = _rest[count..];
        return octets;
    }

    public byte Byte() => Octets(1) is [var value] ? value : (byte)0;

    public ushort UInt16() => Octets(2) is { IsEmpty: false } octets ? BinaryPrimitives.ReadUInt16BigEndian(octets) : (ushort)0;

    public uint UInt32() => Octets(4) is { IsEmpty: false } octets ? BinaryPrimitives.ReadUInt32BigEndian(octets) : 0;

    public ulong UInt64() => Octets(8) is { IsEmpty: false } octets ? BinaryPrimitives.ReadUInt64BigEndian(octets) : 0;

    /// <summary>An offset in a body: 63 bits, so that it can be counted in a long.</summary>
    public long Offset()
    {
        var value = UInt64();
        if (value > long.MaxValue)
        {
            Fail(FrameError.Value);
            return 0;
        }

        return (long)value;
    }

    public Guid Guid() => Octets(16) is { IsEmpty: false } octets ? new Guid(octets, bigEndian: true) : default;

    public ExchangeId ExchangeId() => Octets(16) is { IsEmpty: false } octets ? Frames.ExchangeId.Read(octets) : default;

    /// <summary>A length or count: base 128, least significant group first, at most four octets.</summary>
    public int Length()
    {
        var value = 0;
        for (var shift = 0; shift < 28; shift += 7)
        {
            var octet = Byte();
            value |= (octet & 0x7f) << shift;
            if (octet < 0x80)
            {
                // One way to write a number, so that equal frames are equal bytes.
                if (octet == 0 && shift > 0)
                {
                    Fail(FrameError.Value);
                }

                return value;
            }
        }

        Fail(FrameError.Value);
        return 0;
    }

    /// <summary>A length, then so many octets: text in ISO 8859-1, one octet a character, as HTTP has it.</summary>
    public ReadOnlySpan<byte> Text() => Octets(Length());

    public FrameError End()
    {
        if (Error == FrameError.None && !_rest.IsEmpty)
        {
            Fail(FrameError.TrailingBytes);
        }

        return Error;
    }

    private void Fail(FrameError error)
    {
        if (Error == FrameError.None)
        {
            Error = error;
        }

        _rest = default;
    }
}
