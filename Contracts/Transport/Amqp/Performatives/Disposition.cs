using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Performatives;

/// <summary>disposition 0x15: role (true = from the receiver), first, last, settled, state, batchable.</summary>
internal readonly struct Disposition
{
    public bool IsReceiver { get; init; }

    public uint First { get; init; }

    /// <summary>Equal to <see cref="First"/> for a single delivery.</summary>
    public uint Last { get; init; }

    public bool Settled { get; init; }

    public DeliveryState State { get; init; }

    public static Disposition Read(ref AmqpReader reader)
    {
        var left = reader.ReadListHead(out var end);
        var role = reader.NextField(ref left) ? reader.ReadBoolean() : throw AmqpException.Decode("disposition has no role.");
        var first = reader.NextField(ref left) ? reader.ReadUInt() : throw AmqpException.Decode("disposition has no first.");
        var disposition = new Disposition
        {
            IsReceiver = role,
            First = first,
            Last = reader.NextField(ref left) ? reader.ReadUInt() : first,
            Settled = reader.NextField(ref left) && reader.ReadBoolean(),
            State = reader.NextField(ref left) ? DeliveryState.Read(ref reader) : default,
        };
        reader.Seek(end);
        return disposition;
    }

    public void Write(ref AmqpWriter writer)
    {
        // An error in the state may be long; without one everything fits the short list.
        var isLong = State.Error is not null;
        var list = isLong ? writer.BeginList(Descriptor.Disposition) : writer.BeginShortList(Descriptor.Disposition);
        writer.WriteBoolean(IsReceiver);
        writer.WriteUInt(First);
        if (Last == First)
        {
            writer.WriteNull();
        }
        else
        {
            writer.WriteUInt(Last);
        }

        writer.WriteBoolean(Settled);
        State.Write(ref writer);
        if (isLong)
        {
            writer.EndCompound(list, 5);
        }
        else
        {
            writer.EndShortList(list, 5);
        }
    }
}
