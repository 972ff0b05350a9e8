using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Performatives;

/// <summary>error 0x1d: condition symbol, description string, info map.</summary>
internal sealed record AmqpError(string Condition, string? Description = null, AmqpMap? Info = null)
{
    // A description is for people; a peer gets no more of them into our logs than this.
    private const int MaxDescription = 1_024;

    public static AmqpError Read(ref AmqpReader reader)
    {
        if (reader.ReadDescriptor() != Descriptor.Error)
        {
            throw AmqpException.Decode("An error was expected.");
        }

        var left = reader.ReadListHead(out var end);
        var condition = reader.NextField(ref left) ? reader.ReadString() : ErrorCondition.InternalError;
        var description = reader.NextField(ref left) ? reader.ReadString() : null;
        var info = reader.NextField(ref left) ? reader.ReadMap() : null;
        reader.Seek(end);
        return new AmqpError(condition, description is { Length: > MaxDescription } ? description[..MaxDescription] : description, info);
    }

    public void Write(ref AmqpWriter writer)
    {
        var list = writer.BeginList(Descriptor.Error);
        writer.WriteSymbol(Condition);
        writer.WriteString(Description);
        if (Info is null)
        {
            writer.WriteNull();
        }
        else
        {
            writer.WriteMap(Info);
        }

        writer.EndCompound(list, 3);
    }

    public TransportException ToException() =>
        new(ErrorCondition.ToFailure(Condition), Description is null ? Condition : $"{Condition}: {Description}");
}
