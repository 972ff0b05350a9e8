using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Performatives;

/// <summary>
/// attach 0x12: name, handle, role, snd-settle-mode, rcv-settle-mode, source, target, unsettled, incomplete-unsettled,
/// initial-delivery-count (mandatory when role = sender), max-message-size, offered-capabilities, desired-capabilities, properties.
/// </summary>
internal sealed record Attach
{
    public required string Name { get; init; }

    public required uint Handle { get; init; }

    /// <summary>Whether the one who says it is the receiver of the link.</summary>
    public required bool IsReceiver { get; init; }

    public SenderSettleMode SenderSettleMode { get; init; } = SenderSettleMode.Mixed;

    public ReceiverSettleMode ReceiverSettleMode { get; init; }

    public Source? Source { get; init; }

    public Target? Target { get; init; }

    public uint InitialDeliveryCount { get; init; }

    /// <summary>Largest message its sender takes, in bytes; 0 = no limit.</summary>
    public ulong MaxMessageSize { get; init; }

    public AmqpMap? Properties { get; init; }

    public static Attach Read(ref AmqpReader reader)
    {
        var left = reader.ReadListHead(out var end);
        var name = reader.NextField(ref left) ? reader.ReadString() : throw AmqpException.Decode("attach has no name.");
        var handle = reader.NextField(ref left) ? reader.ReadUInt() : throw AmqpException.Decode("attach has no handle.");
        var isReceiver = reader.NextField(ref left) ? reader.ReadBoolean() : throw AmqpException.Decode("attach has no role.");
        var senderMode = reader.NextField(ref left) ? (SenderSettleMode)reader.ReadUByte() : SenderSettleMode.Mixed;
        var receiverMode = reader.NextField(ref left) ? (ReceiverSettleMode)reader.ReadUByte() : ReceiverSettleMode.First;
        if (senderMode > SenderSettleMode.Mixed || receiverMode > ReceiverSettleMode.Second)
        {
            throw AmqpException.Decode("attach has a settle mode that does not exist.");
        }

        var source = reader.NextField(ref left) ? Source.Read(ref reader) : null;
        var target = reader.NextField(ref left) ? Target.Read(ref reader) : null;
        reader.SkipField(ref left);
        reader.SkipField(ref left);
        var deliveryCount = reader.NextField(ref left) ? reader.ReadUInt() : 0;
        var maxMessageSize = reader.NextField(ref left) ? reader.ReadULong() : 0;
        reader.SkipField(ref left);
        reader.SkipField(ref left);
        var properties = reader.NextField(ref left) ? reader.ReadMap() : null;
        reader.Seek(end);
        return new Attach
        {
            Name = name,
            Handle = handle,
            IsReceiver = isReceiver,
            SenderSettleMode = senderMode,
            ReceiverSettleMode = receiverMode,
            Source = source,
            Target = target,
            InitialDeliveryCount = deliveryCount,
            MaxMessageSize = maxMessageSize,
            Properties = properties,
        };
    }

    public void Write(ref AmqpWriter writer)
    {
        var list = writer.BeginList(Descriptor.Attach);
        writer.WriteString(Name);
        writer.WriteUInt(Handle);
        writer.WriteBoolean(IsReceiver);
        writer.WriteUByte((byte)SenderSettleMode);
        writer.WriteUByte((byte)ReceiverSettleMode);
        if (Source is { } source)
        {
            source.Write(ref writer);
        }
        else
        {
            writer.WriteNull();
        }

        if (Target is { } target)
        {
            target.Write(ref writer);
        }
        else
        {
            writer.WriteNull();
        }

        writer.WriteNull();
        writer.WriteNull();
        if (IsReceiver)
        {
            writer.WriteNull();
        }
        else
        {
            writer.WriteUInt(InitialDeliveryCount);
        }

        if (MaxMessageSize == 0)
        {
            writer.WriteNull();
        }
        else
        {
            writer.WriteULong(MaxMessageSize);
        }

        writer.WriteNull();
        writer.WriteNull();
        if (Properties is { } properties)
        {
            writer.WriteMap(properties);
        }
        else
        {
            writer.WriteNull();
        }

        writer.EndCompound(list, 14);
    }
}
