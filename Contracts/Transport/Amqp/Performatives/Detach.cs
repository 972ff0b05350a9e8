using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Performatives;

/// <summary>detach 0x16: handle, closed, error.</summary>
internal readonly record struct Detach(uint Handle, bool Closed, AmqpError? Error)
{
    public static Detach Read(ref AmqpReader reader)
    {
        var left = reader.ReadListHead(out var end);
        var handle = reader.NextField(ref left) ? reader.ReadUInt() : throw AmqpException.Decode("detach has no handle.");
        var closed = reader.NextField(ref left) && reader.ReadBoolean();
        var error = reader.NextField(ref left) ? AmqpError.Read(ref reader) : null;
        reader.Seek(end);
        return new Detach(handle, closed, error);
    }

    public void Write(ref AmqpWriter writer)
    {
        var list = writer.BeginList(Descriptor.Detach);
        writer.WriteUInt(Handle);
        writer.WriteBoolean(Closed);
        if (Error is { } error)
        {
            error.Write(ref writer);
            writer.EndCompound(list, 3);
        }
        else
        {
            writer.EndCompound(list, 2);
        }
    }
}
