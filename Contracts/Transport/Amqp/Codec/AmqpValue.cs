using System.Globalization;

namespace AppProxy.Contracts.Transport.Amqp.Codec;

/// <summary>Any AMQP value, for what is rare: link properties, filters, management. Hot performatives are read and written field by field.</summary>
internal readonly struct AmqpValue
{
    private readonly long _bits;
    private readonly object? _reference;

    private AmqpValue(AmqpType type, long bits, object? reference = null)
    {
        Type = type;
        _bits = bits;
        _reference = reference;
    }

    public AmqpType Type { get; }

    public bool IsNull => Type == AmqpType.Null;

    /// <summary>Text of a string or symbol; else null.</summary>
    public string? Text => Type is AmqpType.String or AmqpType.Symbol ? (string)_reference! : null;

    public AmqpMap? Map => Type == AmqpType.Map ? (AmqpMap)_reference! : null;

    /// <summary>Items of a list or array; of a single value, that value: many peers send one symbol where several are allowed.</summary>
    public AmqpValue[] Items => Type switch
    {
        AmqpType.List or AmqpType.Array => (AmqpValue[])_reference!,
        AmqpType.Null => [],
        _ => [this],
    };

    public byte[]? Binary => Type is AmqpType.Binary or AmqpType.Decimal ? (byte[])_reference! : null;

    public Guid? Uuid => Type == AmqpType.Uuid ? (Guid)_reference! : null;

    /// <summary>The value without its descriptor, when it has one.</summary>
    public AmqpValue Undescribed => Type == AmqpType.Described ? ((DescribedPair)_reference!).Value : this;

    public AmqpValue Descriptor => Type == AmqpType.Described ? ((DescribedPair)_reference!).Descriptor : default;

    /// <summary>The number of any integral type, boolean, char or timestamp; else null. A ulong above the range of long reads as negative.</summary>
    public long? Integer => Type switch
    {
        AmqpType.Boolean or AmqpType.UByte or AmqpType.UShort or AmqpType.UInt or AmqpType.ULong or AmqpType.Byte or AmqpType.Short
            or AmqpType.Int or AmqpType.Long or AmqpType.Char or AmqpType.Timestamp => _bits,
        _ => null,
    };

    /// <summary>The bits of a number, for the writer.</summary>
    internal long Bits => _bits;

    public static implicit operator AmqpValue(bool value) => new(AmqpType.Boolean, value ? 1 : 0);

    public static implicit operator AmqpValue(uint value) => new(AmqpType.UInt, value);

    public static implicit operator AmqpValue(ulong value) => new(AmqpType.ULong, unchecked((long)value));

    public static implicit operator AmqpValue(int value) => new(AmqpType.Int, value);

    public static implicit operator AmqpValue(long value) => new(AmqpType.Long, value);

    public static implicit operator AmqpValue(string? value) => value is null ? default : new(AmqpType.String, 0, value);

    public static implicit operator AmqpValue(byte[] value) => new(AmqpType.Binary, 0, value);

    public static implicit operator AmqpValue(Guid value) => new(AmqpType.Uuid, 0, value);

    public static implicit operator AmqpValue(AmqpMap value) => new(AmqpType.Map, 0, value);

    public static AmqpValue Symbol(string text) => new(AmqpType.Symbol, 0, text);

    public static AmqpValue Timestamp(DateTimeOffset time) => new(AmqpType.Timestamp, time.ToUnixTimeMilliseconds());

    public static AmqpValue Number(AmqpType type, long bits) => new(type, bits);

    public static AmqpValue Decimal(byte[] bytes) => new(AmqpType.Decimal, 0, bytes);

    public static AmqpValue List(params AmqpValue[] items) => new(AmqpType.List, 0, items);

    /// <summary>An array; all items have the type of the first.</summary>
    public static AmqpValue Array(params AmqpValue[] items) => new(AmqpType.Array, 0, items);

    public static AmqpValue Described(AmqpValue descriptor, AmqpValue value) => new(AmqpType.Described, 0, new DescribedPair(descriptor, value));

    public override string ToString() => Type switch
    {
        AmqpType.Null => "null",
        AmqpType.String or AmqpType.Symbol or AmqpType.Uuid => _reference!.ToString()!,
        _ => Integer?.ToString(CultureInfo.InvariantCulture) ?? Type.ToString(),
    };

    private sealed record DescribedPair(AmqpValue Descriptor, AmqpValue Value);
}
