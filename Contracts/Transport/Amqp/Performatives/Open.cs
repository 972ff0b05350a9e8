using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Performatives;

/// <summary>
/// open 0x10: container-id, hostname, max-frame-size, channel-max, idle-time-out, outgoing-locales, incoming-locales,
/// offered-capabilities, desired-capabilities, properties.
/// </summary>
internal sealed record Open
{
    public string ContainerId { get; init; } = "";

    public string? HostName { get; init; }

    /// <summary>Largest frame the sender of this open takes, in bytes.</summary>
    public uint MaxFrameSize { get; init; } = uint.MaxValue;

    public ushort ChannelMax { get; init; } = ushort.MaxValue;

    /// <summary>Milliseconds without a frame after which its sender gives the connection up; 0 = never.</summary>
    public uint IdleTimeOut { get; init; }

    public static Open Read(ref AmqpReader reader)
    {
        var left = reader.ReadListHead(out var end);
        var open = new Open
        {
            ContainerId = reader.NextField(ref left) ? reader.ReadString() : throw AmqpException.Decode("open has no container-id."),
            HostName = reader.NextField(ref left) ? reader.ReadString() : null,
            MaxFrameSize = reader.NextField(ref left) ? reader.ReadUInt() : uint.MaxValue,
            ChannelMax = reader.NextField(ref left) ? reader.ReadUShort() : ushort.MaxValue,
            IdleTimeOut = reader.NextField(ref left) ? reader.ReadUInt() : 0,
        };
        reader.Seek(end);
        return open;
    }

    public void Write(ref AmqpWriter writer)
    {
        var list = writer.BeginList(Descriptor.Open);
        writer.WriteString(ContainerId);
        writer.WriteString(HostName);
        writer.WriteUInt(MaxFrameSize);
        writer.WriteUShort(ChannelMax);
        if (IdleTimeOut == 0)
        {
            writer.WriteNull();
        }
        else
        {
            writer.WriteUInt(IdleTimeOut);
        }

        writer.EndCompound(list, 5);
    }
}
