using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Performatives;

/// <summary>end 0x17 and close 0x18, which are alike: error.</summary>
internal static class Ending
{
    public static AmqpError? Read(ref AmqpReader reader)
    {
        var left = reader.ReadListHead(out var end);
        var error = reader.NextField(ref left) ? AmqpError.Read(ref reader) : null;
        reader.Seek(end);
        return error;
    }

    public static void Write(ref AmqpWriter writer, byte descriptor, AmqpError? error)
    {
        var list = writer.BeginList(descriptor);
        error?.Write(ref writer);
        writer.EndCompound(list, error is null ? 0 : 1);
    }
}
