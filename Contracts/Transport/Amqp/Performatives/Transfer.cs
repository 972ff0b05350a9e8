using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Performatives;

/// <summary>
/// transfer 0x14: handle, delivery-id, delivery-tag, message-format, settled, more, rcv-settle-mode, state, resume, aborted,
/// batchable; then the payload, to the end of the frame.
/// </summary>
internal readonly ref struct Transfer
{
    /// <summary>Bound of a frame head and a transfer as written here.</summary>
    public const int MaxSize = FrameHeader.Size + 64;

    public uint Handle { get; init; }

    public uint? DeliveryId { get; init; }

    /// <summary>At most 32 bytes; empty in a continuation.</summary>
    public ReadOnlySpan<byte> DeliveryTag { get; init; }

    public uint MessageFormat { get; init; }

    public bool? Settled { get; init; }

    public bool More { get; init; }

    public bool Aborted { get; init; }

    public static Transfer Read(ref AmqpReader reader)
    {
        var left = reader.ReadListHead(out var end);
        var handle = reader.NextField(ref left) ? reader.ReadUInt() : throw AmqpException.Decode("transfer has no handle.");
        uint? deliveryId = reader.NextField(ref left) ? reader.ReadUInt() : null;
        var tag = reader.NextField(ref left) ? reader.ReadBinary() : default;
        if (tag.Length > 32)
        {
            throw AmqpException.Decode("A delivery-tag is longer than 32 bytes.");
        }

        var format = reader.NextField(ref left) ? reader.ReadUInt() : 0;
        bool? settled = reader.NextField(ref left) ? reader.ReadBoolean() : null;
        var more = reader.NextField(ref left) && reader.ReadBoolean();
        reader.SkipField(ref left);
        reader.SkipField(ref left);
        reader.SkipField(ref left);
        var aborted = reader.NextField(ref left) && reader.ReadBoolean();
        reader.Seek(end);
        return new Transfer
        {
            Handle = handle,
            DeliveryId = deliveryId,
            DeliveryTag = tag,
            MessageFormat = format,
            Settled = settled,
            More = more,
            Aborted = aborted,
        };
    }

    /// <summary>Writes the first or only frame of a delivery.</summary>
    public static void WriteFirst(
        ref AmqpWriter writer, uint handle, uint deliveryId, scoped ReadOnlySpan<byte> tag, bool settled, bool more)
    {
        var list = writer.BeginShortList(Descriptor.Transfer);
        writer.WriteUInt(handle);
        writer.WriteUInt(deliveryId);
        writer.WriteBinary(tag);
        writer.WriteUInt(0);
        writer.WriteBoolean(settled);
        writer.WriteBoolean(more);
        writer.EndShortList(list, 6);
    }

    /// <summary>Writes a further frame of a delivery.</summary>
    public static void WriteNext(ref AmqpWriter writer, uint handle, bool more)
    {
        var list = writer.BeginShortList(Descriptor.Transfer);
        writer.WriteUInt(handle);
        writer.WriteNull();
        writer.WriteNull();
        writer.WriteNull();
        writer.WriteNull();
        writer.WriteBoolean(more);
        writer.EndShortList(list, 6);
    }
}
