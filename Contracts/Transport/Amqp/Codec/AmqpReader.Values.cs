using System.Buffers.Binary;
using System.Text;

namespace AppProxy.Contracts.Transport.Amqp.Codec;

/// <summary>Values of types that only their bytes tell. All of this allocates, and is for what is rare: properties, filters, management.</summary>
internal ref partial struct AmqpReader
{
    /// <summary>Reads any value.</summary>
    public AmqpValue ReadValue() => ReadValue(0);

    /// <summary>Reads a map.</summary>
    public AmqpMap ReadMap()
    {
        var code = TakeByte();
        if (code is not (FormatCode.Map8 or FormatCode.Map32))
        {
            ThrowUnexpected();
        }

        return ReadMap(code, 0);
    }

    private AmqpValue ReadValue(int depth)
    {
        var code = TakeByte();
        if (code != FormatCode.Described)
        {
            return ReadContent(code, depth);
        }

        CheckDepth(depth);
        var descriptor = ReadValue(depth + 1);
        return AmqpValue.Described(descriptor, ReadValue(depth + 1));
    }

    /// <summary>What follows a constructor.</summary>
    private AmqpValue ReadContent(byte code, int depth) => code switch
    {
        FormatCode.List0 => AmqpValue.List([]),
        FormatCode.List8 or FormatCode.List32 => ReadList(code, depth),
        FormatCode.Array8 or FormatCode.Array32 => ReadArray(code, depth),
        FormatCode.Map8 or FormatCode.Map32 => ReadMap(code, depth),
        _ => ReadPrimitive(code),
    };

    private AmqpMap ReadMap(byte code, int depth)
    {
        CheckDepth(depth);
        var count = ReadCompoundHead(code == FormatCode.Map8, out var end);
        CheckPairs(count);
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
            var item = ReadContent(element, depth + 1);
            items[i] = descriptor is { } known ? AmqpValue.Described(known, item) : item;
        }

        CheckEnd(end);
        return AmqpValue.Array(items);
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
}
