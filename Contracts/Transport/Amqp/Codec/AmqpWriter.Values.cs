using System.Buffers.Binary;
using System.Text;

namespace AppProxy.Contracts.Transport.Amqp.Codec;

/// <summary>Values of any type, each in its widest form; only for what is rare.</summary>
internal ref partial struct AmqpWriter
{
    /// <summary>Writes any value.</summary>
    public void WriteValue(AmqpValue value)
    {
        switch (value.Type)
        {
            case AmqpType.Array:
                WriteArray(value.Items);
                break;
            case AmqpType.Described:
                Put(FormatCode.Described);
                WriteValue(value.Descriptor);
                WriteValue(value.Undescribed);
                break;
            default:
                Put(WideCode(value));
                WriteContent(value);
                break;
        }
    }

    /// <summary>Writes a map.</summary>
    public void WriteMap(AmqpMap map)
    {
        Put(FormatCode.Map32);
        WriteEntries(map);
    }

    // Elements of an array share one constructor, so each is written in its type's widest form.
    private void WriteArray(AmqpValue[] items)
    {
        var start = BeginCompound(FormatCode.Array32);
        Put(items.Length == 0 ? FormatCode.Null : WideCode(items[0]));
        foreach (var item in items)
        {
            if (item.Type != items[0].Type)
            {
                throw new ArgumentException("The items of an array have one type.", nameof(items));
            }

            WriteContent(item);
        }

        EndCompound(start, items.Length);
    }

    private static byte WideCode(AmqpValue value) => value.Type switch
    {
        AmqpType.Null => FormatCode.Null,
        AmqpType.Boolean => FormatCode.Boolean,
        AmqpType.UByte => FormatCode.UByte,
        AmqpType.UShort => FormatCode.UShort,
        AmqpType.UInt => FormatCode.UInt,
        AmqpType.ULong => FormatCode.ULong,
        AmqpType.Byte => FormatCode.Byte,
        AmqpType.Short => FormatCode.Short,
        AmqpType.Int => FormatCode.Int,
        AmqpType.Long => FormatCode.Long,
        AmqpType.Float => FormatCode.Float,
        AmqpType.Double => FormatCode.Double,
        AmqpType.Char => FormatCode.Char,
        AmqpType.Timestamp => FormatCode.Timestamp,
        AmqpType.Uuid => FormatCode.Uuid,
        AmqpType.Binary => FormatCode.Binary32,
        AmqpType.String => FormatCode.String32,
        AmqpType.Symbol => FormatCode.Symbol32,
        AmqpType.Decimal => value.Binary!.Length switch { 4 => FormatCode.Decimal32, 8 => FormatCode.Decimal64, _ => FormatCode.Decimal128 },
        AmqpType.Map => FormatCode.Map32,
        AmqpType.List => FormatCode.List32,
        _ => throw new ArgumentException("Arrays of arrays and of described values are not written.", nameof(value)),
    };

    private void WriteContent(AmqpValue value)
    {
        switch (value.Type)
        {
            case AmqpType.Null:
                break;
            case AmqpType.Boolean:
            case AmqpType.UByte:
            case AmqpType.Byte:
                Put(unchecked((byte)value.Bits));
                break;
            case AmqpType.UShort:
            case AmqpType.Short:
                BinaryPrimitives.WriteInt16BigEndian(Claim(2), unchecked((short)value.Bits));
                break;
            case AmqpType.UInt:
            case AmqpType.Int:
            case AmqpType.Float:
            case AmqpType.Char:
                BinaryPrimitives.WriteInt32BigEndian(Claim(4), unchecked((int)value.Bits));
                break;
            case AmqpType.Uuid:
                value.Uuid!.Value.TryWriteBytes(Claim(16), bigEndian: true, out _);
                break;
            case AmqpType.Decimal:
                WriteRaw(value.Binary);
                break;
            case AmqpType.Binary:
                BinaryPrimitives.WriteInt32BigEndian(Claim(4), value.Binary!.Length);
                WriteRaw(value.Binary);
                break;
            case AmqpType.String:
            case AmqpType.Symbol:
                var length = Encoding.UTF8.GetByteCount(value.Text!);
                BinaryPrimitives.WriteInt32BigEndian(Claim(4), length);
                Encoding.UTF8.GetBytes(value.Text, Claim(length));
                break;
            case AmqpType.Map:
                WriteEntries(value.Map!);
                break;
            case AmqpType.List:
                WriteItems(value.Items);
                break;
            default:
                BinaryPrimitives.WriteInt64BigEndian(Claim(8), value.Bits);
                break;
        }
    }

    private void WriteEntries(AmqpMap map)
    {
        Claim(8);
        var start = _position;
        foreach (var entry in map)
        {
            WriteValue(entry.Key);
            WriteValue(entry.Value);
        }

        EndCompound(start, map.Count * 2);
    }

    private void WriteItems(AmqpValue[] items)
    {
        Claim(8);
        var start = _position;
        foreach (var item in items)
        {
            WriteValue(item);
        }

        EndCompound(start, items.Length);
    }
}
