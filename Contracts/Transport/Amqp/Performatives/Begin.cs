using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Performatives;

/// <summary>begin 0x11: remote-channel, next-outgoing-id, incoming-window, outgoing-window, handle-max, …</summary>
internal readonly struct Begin
{
    /// <summary>Set in the answer to a begin: the channel that the other side chose.</summary>
    public ushort? RemoteChannel { get; init; }

    public uint NextOutgoingId { get; init; }

    public uint IncomingWindow { get; init; }

    public uint OutgoingWindow { get; init; }

    public uint HandleMax { get; init; }

    public static Begin Read(ref AmqpReader reader)
    {
        var left = reader.ReadListHead(out var end);
        var begin = new Begin
        {
            RemoteChannel = reader.NextField(ref left) ? reader.ReadUShort() : null,
            NextOutgoingId = reader.NextField(ref left) ? reader.ReadUInt() : throw AmqpException.Decode("begin has no next-outgoing-id."),
            IncomingWindow = reader.NextField(ref left) ? reader.ReadUInt() : throw AmqpException.Decode("begin has no incoming-window."),
            OutgoingWindow = reader.NextField(ref left) ? reader.ReadUInt() : throw AmqpException.Decode("begin has no outgoing-window."),
            HandleMax = reader.NextField(ref left) ? reader.ReadUInt() : uint.MaxValue,
        };
        reader.Seek(end);
        return begin;
    }

    public void Write(ref AmqpWriter writer)
    {
        var list = writer.BeginShortList(Descriptor.Begin);
        if (RemoteChannel is { } channel)
        {
            writer.WriteUShort(channel);
        }
        else
        {
            writer.WriteNull();
        }

        writer.WriteUInt(NextOutgoingId);
        writer.WriteUInt(IncomingWindow);
        writer.WriteUInt(OutgoingWindow);
        writer.WriteUInt(HandleMax);
        writer.EndShortList(list, 5);
    }
}
