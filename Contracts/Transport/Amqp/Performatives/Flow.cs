using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Performatives;

/// <summary>
/// flow 0x13: next-incoming-id, incoming-window, next-outgoing-id, outgoing-window, handle, delivery-count, link-credit, available,
/// drain, echo, properties. States what is, never what changed.
/// </summary>
internal readonly struct Flow
{
    public const int MaxSize = FrameHeader.Size + 64;

    public uint? NextIncomingId { get; init; }

    public uint IncomingWindow { get; init; }

    public uint NextOutgoingId { get; init; }

    public uint OutgoingWindow { get; init; }

    /// <summary>Null when only the session is meant.</summary>
    public uint? Handle { get; init; }

    public uint? DeliveryCount { get; init; }

    public uint? LinkCredit { get; init; }

    public uint? Available { get; init; }

    public bool Drain { get; init; }

    public bool Echo { get; init; }

    public static Flow Read(ref AmqpReader reader)
    {
        var left = reader.ReadListHead(out var end);
        var flow = new Flow
        {
            NextIncomingId = reader.NextField(ref left) ? reader.ReadUInt() : null,
            IncomingWindow = reader.NextField(ref left) ? reader.ReadUInt() : throw AmqpException.Decode("flow has no incoming-window."),
            NextOutgoingId = reader.NextField(ref left) ? reader.ReadUInt() : throw AmqpException.Decode("flow has no next-outgoing-id."),
            OutgoingWindow = reader.NextField(ref left) ? reader.ReadUInt() : throw AmqpException.Decode("flow has no outgoing-window."),
            Handle = reader.NextField(ref left) ? reader.ReadUInt() : null,
            DeliveryCount = reader.NextField(ref left) ? reader.ReadUInt() : null,
            LinkCredit = reader.NextField(ref left) ? reader.ReadUInt() : null,
            Available = reader.NextField(ref left) ? reader.ReadUInt() : null,
            Drain = reader.NextField(ref left) && reader.ReadBoolean(),
            Echo = reader.NextField(ref left) && reader.ReadBoolean(),
        };
        reader.Seek(end);
        return flow;
    }

    public void Write(ref AmqpWriter writer)
    {
        var list = writer.BeginShortList(Descriptor.Flow);
        WriteOptional(ref writer, NextIncomingId);
        writer.WriteUInt(IncomingWindow);
        writer.WriteUInt(NextOutgoingId);
        writer.WriteUInt(OutgoingWindow);
        if (Handle is null && !Echo)
        {
            writer.EndShortList(list, 4);
            return;
        }

        WriteOptional(ref writer, Handle);
        WriteOptional(ref writer, DeliveryCount);
        WriteOptional(ref writer, LinkCredit);
        WriteOptional(ref writer, Available);
        writer.WriteBoolean(Drain);
        writer.WriteBoolean(Echo);
        writer.EndShortList(list, 10);
    }

    private static void WriteOptional(ref AmqpWriter writer, uint? value)
    {
        if (value is { } number)
        {
            writer.WriteUInt(number);
        }
        else
        {
            writer.WriteNull();
        }
    }
}
