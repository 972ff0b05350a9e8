using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace AppProxy.Contracts.Transport.Amqp.Codec;

/// <summary>
/// Reads AMQP values from bytes somebody else wrote: takes every width of a type, checks each length before it is used, and throws
/// <see cref="AmqpException"/> (amqp:decode-error) at the first thing that cannot be.
/// </summary>
internal ref struct AmqpReader
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
        if ((count & 1) != 0)
        {
            throw AmqpException.Decode("A map has a key without a value.");
        }

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

    /// <summary>Reads any value; only for what is rare, since it allocates.</summary>
    public AmqpValue ReadValue() => ReadValue(0);

    /// <summary>Reads a map; only for what is rare, since it allocates.</summary>
    public AmqpMap ReadMap() => ReadMap(0);

    private AmqpValue ReadValue(int depth)
    {
        var code = PeekCode();
        if (code == FormatCode.Described)
        {
            _position++;
            CheckDepth(depth);
            var descriptor = ReadValue(depth + 1);
            return AmqpValue.Described(descriptor, ReadValue(depth + 1));
        }

        if (code is FormatCode.Map8 or FormatCode.Map32)
        {
            return ReadMap(depth);
        }

        _position++;
        return code switch
        {
            FormatCode.List0 => AmqpValue.List([]),
            FormatCode.List8 or FormatCode.List32 => ReadList(code, depth),
            FormatCode.Array8 or FormatCode.Array32 => ReadArray(code, depth),
            _ => ReadPrimitive(code),
        };
    }

    private AmqpMap ReadMap(int depth)
    {
        CheckDepth(depth);
        var count = ReadMapHead(out var end);
        CountElements(count);
        var map = new AmqpMap(count / 2);
        for (var i = 0; i < count; i += 2)
        {
            var key = ReadValue(depth + 1);
            map.Add(key, ReadValue(depth + 1));
        }

        CheckEnd(end);
        return map;
    }

    private AmqpValue ReadList(byte code, int depth)
    {
        CheckDepth(depth);
        var count = ReadCompoundHead(code == FormatCode.List8, out var end);
        CountElements(count);
        var items = new AmqpValue[count];
        for (var i = 0; i < count; i++)
        {
            items[i] = ReadValue(depth + 1);
        }

        CheckEnd(end);
        return AmqpValue.List(items);
    }

    // array8/array32: size, count, ONE constructor, then the elements without constructors.
    private AmqpValue ReadArray(byte code, int depth)
    {
        CheckDepth(depth);
        var count = ReadCompoundHead(code == FormatCode.Array8, out var end);
        CountElements(count);
        AmqpValue? descriptor = null;
        var element = TakeByte();
        if (element == FormatCode.Described)
        {
            descriptor = ReadValue(depth + 1);
            element = TakeByte();
        }

        var items = new AmqpValue[count];
        for (var i = 0; i < count; i++)
        {
            var item = element switch
            {
                FormatCode.List0 => AmqpValue.List([]),
                FormatCode.List8 or FormatCode.List32 => ReadList(element, depth + 1),
                FormatCode.Array8 or FormatCode.Array32 => ReadArray(element, depth + 1),
                FormatCode.Map8 or FormatCode.Map32 => ReadArrayedMap(element, depth + 1),
                _ => ReadPrimitive(element),
            };
            items[i] = descriptor is { } known ? AmqpValue.Described(known, item) : item;
        }

        CheckEnd(end);
        return AmqpValue.Array(items);
    }

    private AmqpValue ReadArrayedMap(byte code, int depth)
    {
        CheckDepth(depth);
        var count = ReadCompoundHead(code == FormatCode.Map8, out var end);
        CountElements(count);
        var map = new AmqpMap(count / 2);
        for (var i = 0; i + 1 < count; i += 2)
        {
            var key = ReadValue(depth + 1);
            map.Add(key, ReadValue(depth + 1));
        }

        CheckEnd(end);
        return map;
    }

    private AmqpValue ReadPrimitive(byte code)
    {
        switch (code)
        {
            case FormatCode.Null:
                return default;
            case FormatCode.True:
                return true;
            case FormatCode.False:
                return false;
            case FormatCode.Boolean:
                return TakeByte() != 0;
            case FormatCode.UByte:
                return AmqpValue.Number(AmqpType.UByte, TakeByte());
            case FormatCode.UShort:
                return AmqpValue.Number(AmqpType.UShort, BinaryPrimitives.ReadUInt16BigEndian(Take(2)));
            case FormatCode.UInt:
                return BinaryPrimitives.ReadUInt32BigEndian(Take(4));
            case FormatCode.SmallUInt:
                return (uint)TakeByte();
            case FormatCode.UInt0:
                return 0u;
            case FormatCode.ULong:
                return BinaryPrimitives.ReadUInt64BigEndian(Take(8));
            case FormatCode.SmallULong:
                return (ulong)TakeByte();
            case FormatCode.ULong0:
                return 0ul;
            case FormatCode.Byte:
                return AmqpValue.Number(AmqpType.Byte, (sbyte)TakeByte());
            case FormatCode.Short:
                return AmqpValue.Number(AmqpType.Short, BinaryPrimitives.ReadInt16BigEndian(Take(2)));
            case FormatCode.Int:
                return BinaryPrimitives.ReadInt32BigEndian(Take(4));
            case FormatCode.SmallInt:
                return (int)(sbyte)TakeByte();
            case FormatCode.Long:
                return BinaryPrimitives.ReadInt64BigEndian(Take(8));
            case FormatCode.SmallLong:
                return (long)(sbyte)TakeByte();
            case FormatCode.Float:
                return AmqpValue.Number(AmqpType.Float, BinaryPrimitives.ReadInt32BigEndian(Take(4)));
            case FormatCode.Double:
                return AmqpValue.Number(AmqpType.Double, BinaryPrimitives.ReadInt64BigEndian(Take(8)));
            case FormatCode.Char:
                return AmqpValue.Number(AmqpType.Char, BinaryPrimitives.ReadInt32BigEndian(Take(4)));
            case FormatCode.Timestamp:
                return AmqpValue.Number(AmqpType.Timestamp, BinaryPrimitives.ReadInt64BigEndian(Take(8)));
            case FormatCode.Uuid:
                return new Guid(Take(16), bigEndian: true);
            case FormatCode.Decimal32:
                return AmqpValue.Decimal(Take(4).ToArray());
            case FormatCode.Decimal64:
                return AmqpValue.Decimal(Take(8).ToArray());
            case FormatCode.Decimal128:
                return AmqpValue.Decimal(Take(16).ToArray());
            case FormatCode.Binary8:
                return Take(TakeByte()).ToArray();
            case FormatCode.Binary32:
                return Take(TakeLength()).ToArray();
            case FormatCode.String8:
                return Encoding.UTF8.GetString(Take(TakeByte()));
            case FormatCode.String32:
                return Encoding.UTF8.GetString(Take(TakeLength()));
            case FormatCode.Symbol8:
                return AmqpValue.Symbol(Encoding.ASCII.GetString(Take(TakeByte())));
            case FormatCode.Symbol32:
                return AmqpValue.Symbol(Encoding.ASCII.GetString(Take(TakeLength())));
            default:
                ThrowUnexpected();
                return default;
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

    private void CountElements(int count)
    {
        if (count > MaxElements - _elements)
        {
            throw AmqpException.Decode("A list, map or array has too many elements.");
        }

        _elements += count;
    }

    private static void CheckDepth(int depth)
    {
        if (depth >= MaxDepth)
        {
            throw AmqpException.Decode("Values are nested too deeply.");
        }
    }

    private readonly void CheckEnd(int end)
    {
        if (_position != end)
        {
            throw AmqpException.Decode("A list, map or array does not end where it says.");
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
