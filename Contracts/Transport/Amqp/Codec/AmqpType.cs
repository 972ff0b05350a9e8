namespace AppProxy.Contracts.Transport.Amqp.Codec;

/// <summary>What an <see cref="AmqpValue"/> holds.</summary>
internal enum AmqpType : byte
{
    Null,
    Boolean,
    UByte,
    UShort,
    UInt,
    ULong,
    Byte,
    Short,
    Int,
    Long,
    Float,
    Double,
    Decimal,
    Char,
    Timestamp,
    Uuid,
    Binary,
    String,
    Symbol,
    List,
    Map,
    Array,
    Described,
}
