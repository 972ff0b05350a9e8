using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace AppProxy.Contracts.Transport.Amqp.Codec;

/// <summary>
/// Reads AMQP values from bytes somebody else wrote: takes every width of a type, checks each length before it is used, and throws
/// <see cref="AmqpException"/> (amqp:decode-error) at the first thing that cannot be.
/// </summary>
internal ref partial struct AmqpReader
{
    /// <summary>How deep lists, maps, arrays and described values may be nested. The deepest the dialect knows is an error's info map: 5.</summary>
    public const int MaxDepth = 16;

    /// <summary>How many elements one reader builds as <see cref="AmqpValue"/>, so that a small frame cannot unfold into much memory.</summary>
    public const int MaxElements = 8_192;

    private readonly ReadOnlySpan<byte> _data;
    private int _position;
    private int _elements;

    public AmqpReader(ReadOnlySpan<byte> data)
    {
        _data = data;
    }

    public readonly int Position => _position;

    public readonly bool AtEnd => _position >= _data.Length;

    /// <summary>Moves to a place inside the data, such as the end of a list.</summary>
    public void Seek(int position)
    {
        if ((uint)position > (uint)_data.Length)
        {
            ThrowTruncated();
        }

        _position = position;
    }

    public readonly byte PeekCode()
    {
        if (_position >= _data.Length)
        {
            ThrowTruncated();
        }

        return _data[_position];
    }

    /// <summary>Reads a descriptor, given as number or as symbol; one that is not known reads as <see cref="ulong.MaxValue"/>.</summary>
    public ulong ReadDescriptor()
    {
        if (TakeByte() != FormatCode.Described)
        {
            ThrowUnexpected();
        }

        var code = TakeByte();
        switch (code)
        {
            case FormatCode.SmallULong:
                return TakeByte();
            case FormatCode.ULong:
                return BinaryPrimitives.ReadUInt64BigEndian(Take(8));
            case FormatCode.ULong0:
                return 0;
            case FormatCode.Symbol8:
                return Descriptor.FromSymbol(Take(TakeByte()));
            case FormatCode.Symbol32:
                return Descriptor.FromSymbol(Take(TakeLength()));
            default:
                ThrowUnexpected();
                return 0;
        }
    }

    /// <summary>Reads the head of a list: how many fields it has, and where it ends.</summary>
    public int ReadListHead(out int end)
    {
        var code = TakeByte();
        switch (code)
        {
            case FormatCode.List0:
                end = _position;
                return 0;
            case FormatCode.List8:
            case FormatCode.List32:
                return ReadCompoundHead(code == FormatCode.List8, out end);
            default:
                ThrowUnexpected();
                end = 0;
                return 0;
        }
    }

    /// <summary>Reads the head of a map: how many keys and values it has together, and where it ends.</summary>
    public int ReadMapHead(out int end)
    {
        var code = TakeByte();
        if (code is not (FormatCode.Map8 or FormatCode.Map32))
        {
            ThrowUnexpected();
        }

        var count = ReadCompoundHead(code == FormatCode.Map8, out end);
        CheckPairs(count);
        return count;
    }

    /// <summary>Takes the next field of a list with <paramref name="left"/> fields; false when it is absent or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool NextField(ref int left)
    {
        if (left <= 0)
        {
            return false;
        }

        left--;
        if (PeekCode() != FormatCode.Null)
        {
            return true;
        }

        _position++;
        return false;
    }

    /// <summary>Skips the next field of a list.</summary>
    public void SkipField(ref int left)
    {
        if (left > 0)
        {
            left--;
            Skip();
        }
    }

    public bool ReadBoolean()
    {
        switch (TakeByte())
        {
            case FormatCode.True:
                return true;
            case FormatCode.False:
                return false;
            case FormatCode.Boolean:
                return TakeByte() != 0;
            default:
                ThrowUnexpected();
                return false;
        }
    }

    public byte ReadUByte()
    {
        if (TakeByte() != FormatCode.UByte)
        {
            ThrowUnexpected();
        }

        return TakeByte();
    }

    public ushort ReadUShort()
    {
        if (TakeByte() != FormatCode.UShort)
        {
            ThrowUnexpected();
        }

        return BinaryPrimitives.ReadUInt16BigEndian(Take(2));
    }

    public uint ReadUInt()
    {
        switch (TakeByte())
        {
            case FormatCode.SmallUInt:
                return TakeByte();
            case FormatCode.UInt:
                return BinaryPrimitives.ReadUInt32BigEndian(Take(4));
            case FormatCode.UInt0:
                return 0;
            default:
                ThrowUnexpected();
                return 0;
        }
    }

    public ulong ReadULong()
    {
        switch (TakeByte())
        {
            case FormatCode.SmallULong:
                return TakeByte();
            case FormatCode.ULong:
                return BinaryPrimitives.ReadUInt64BigEndian(Take(8));
            case FormatCode.ULong0:
                return 0;
            default:
                ThrowUnexpected();
                return 0;
        }
    }

    /// <summary>Milliseconds since 1970.</summary>
    public long ReadTimestamp()
    {
        if (TakeByte() != FormatCode.Timestamp)
        {
            ThrowUnexpected();
        }

        return BinaryPrimitives.ReadInt64BigEndian(Take(8));
    }

    public ReadOnlySpan<byte> ReadBinary()
    {
        switch (TakeByte())
        {
            case FormatCode.Binary8:
                return Take(TakeByte());
            case FormatCode.Binary32:
                return Take(TakeLength());
            default:
                ThrowUnexpected();
                return default;
        }
    }

    /// <summary>The UTF-8 bytes of a string or symbol: peers mix the two.</summary>
    public ReadOnlySpan<byte> ReadText()
    {
        switch (TakeByte())
        {
            case FormatCode.String8:
            case FormatCode.Symbol8:
                return Take(TakeByte());
            case FormatCode.String32:
            case FormatCode.Symbol32:
                return Take(TakeLength());
            default:
                ThrowUnexpected();
                return default;
        }
    }

    public string ReadString() => Encoding.UTF8.GetString(ReadText());

    /// <summary>The bytes of the next value, whatever it is.</summary>
    public ReadOnlySpan<byte> ReadRaw()
    {
        var start = _position;
        Skip();
        return _data[start.._position];
    }

    /// <summary>Skips one value without looking inside.</summary>
    public void Skip()
    {
        // A described value is two values, each of which may be described again.
        var values = 1;
        for (var read = 0; values > 0; read++)
        {
            if (read > 2 * MaxDepth)
            {
                throw AmqpException.Decode("Values are nested too deeply.");
            }

            values--;
            var code = TakeByte();
            if (code == FormatCode.Described)
            {
                values += 2;
                continue;
            }

            switch (code >> 4)
            {
                case 0x4:
                    break;
                case 0x5:
                    Take(1);
                    break;
                case 0x6:
                    Take(2);
                    break;
                case 0x7:
                    Take(4);
                    break;
                case 0x8:
                    Take(8);
                    break;
                case 0x9:
                    Take(16);
                    break;
                case 0xA or 0xC or 0xE:
                    Take(TakeByte());
                    break;
                case 0xB or 0xD or 0xF:
                    Take(TakeLength());
                    break;
                default:
                    ThrowUnexpected();
                    break;
            }
        }
    }

    // list8, map8, array8: size u8, count u8 · list32, map32, array32: size u32, count u32. The size counts from the count on.
    private int ReadCompoundHead(bool small, out int end)
    {
        int size, count;
        if (small)
        {
            size = TakeByte();
            end = _position + size;
            count = TakeByte();
        }
        else
        {
            size = TakeLength();
            end = _position + size;
            count = TakeLength();
        }

        if (end > _data.Length || end < _position)
        {
            ThrowTruncated();
        }

        return count;
    }

    private static void CheckPairs(int count)
    {
        if ((count & 1) != 0)
        {
            throw AmqpException.Decode("A map has a key without a value.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte TakeByte()
    {
        if (_position >= _data.Length)
        {
            ThrowTruncated();
        }

        return _data[_position++];
    }

    private int TakeLength()
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(Take(4));
        if (length > (uint)(_data.Length - _position))
        {
            // An array of values without width (null, true) may count more elements than it has bytes: see CountElements.
            if (length > int.MaxValue)
            {
                ThrowTruncated();
            }
        }

        return (int)length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Take(int length)
    {
        if ((uint)length > (uint)(_data.Length - _position))
        {
            ThrowTruncated();
        }

        var taken = _data.Slice(_position, length);
        _position += length;
        return taken;
    }

    private static void ThrowTruncated() => throw AmqpException.Decode("A value is longer than what holds it.");

    private static void ThrowUnexpected() => throw AmqpException.Decode("A value has a type that is not expected here.");
}
