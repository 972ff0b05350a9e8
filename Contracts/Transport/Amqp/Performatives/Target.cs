using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Performatives;

/// <summary>target 0x29: address, durable, expiry-policy, timeout, dynamic, …; or coordinator 0x30, which asks for transactions.</summary>
internal sealed record Target
{
    public string? Address { get; init; }

    public bool IsCoordinator { get; init; }

    public static Target Read(ref AmqpReader reader)
    {
        switch (reader.ReadDescriptor())
        {
            case Descriptor.Target:
                break;
            case Descriptor.Coordinator:
                reader.Skip();
                return new Target { IsCoordinator = true };
            default:
                throw AmqpException.Decode("A target was expected.");
        }

        var left = reader.ReadListHead(out var end);
        var address = reader.NextField(ref left) ? reader.ReadString() : null;
        reader.Seek(end);
        return new Target { Address = address };
    }

    public void Write(ref AmqpWriter writer)
    {
        var list = writer.BeginList(Descriptor.Target);
        writer.WriteString(Address);
        writer.EndCompound(list, 1);
    }
}
