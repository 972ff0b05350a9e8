using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Performatives;

/// <summary>
/// source 0x28: address, durable, expiry-policy, timeout, dynamic, dynamic-node-properties, distribution-mode, filter (index 7),
/// default-outcome, outcomes, capabilities. The fields that nobody here uses are neither kept nor sent.
/// </summary>
internal sealed record Source
{
    public string? Address { get; init; }

    public AmqpMap? Filter { get; init; }

    public static Source Read(ref AmqpReader reader)
    {
        if (reader.ReadDescriptor() != Descriptor.Source)
        {
            throw AmqpException.Decode("A source was expected.");
        }

        var left = reader.ReadListHead(out var end);
        var address = reader.NextField(ref left) ? reader.ReadString() : null;
        for (var i = 0; i < 6; i++)
        {
            reader.SkipField(ref left);
        }

        var filter = reader.NextField(ref left) ? reader.ReadMap() : null;
        reader.Seek(end);
        return new Source { Address = address, Filter = filter };
    }

    public void Write(ref AmqpWriter writer)
    {
        var list = writer.BeginList(Descriptor.Source);
        writer.WriteString(Address);
        if (Filter is null)
        {
            writer.EndCompound(list, 1);
            return;
        }

        for (var i = 0; i < 6; i++)
        {
            writer.WriteNull();
        }

        writer.WriteMap(Filter);
        writer.EndCompound(list, 8);
    }
}
