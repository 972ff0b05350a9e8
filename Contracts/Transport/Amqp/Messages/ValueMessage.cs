using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Messages;

/// <summary>A request or reply of $cbs and $management, whole.</summary>
internal sealed record ValueMessage
{
    public AmqpValue MessageId { get; init; }

    public string? To { get; init; }

    public string? ReplyTo { get; init; }

    public AmqpValue CorrelationId { get; init; }

    public AmqpMap ApplicationProperties { get; init; } = new();

    public AmqpValue Body { get; init; }

    public static ValueMessage Read(ReadOnlySpan<byte> message)
    {
        var layout = MessageLayout.Read(message);
        var address = layout.ReadAddress(message);
        return new ValueMessage
        {
            MessageId = address.MessageId,
            ReplyTo = address.ReplyTo,
            CorrelationId = address.CorrelationId,
            ApplicationProperties = layout.ReadApplicationProperties(message) ?? new AmqpMap(),
            Body = layout.ReadValue(message),
        };
    }

    public byte[] Encode()
    {
        var writer = new AmqpWriter(default);
        var properties = writer.BeginList(Descriptor.Properties);
        writer.WriteValue(MessageId);
        writer.WriteNull();
        writer.WriteString(To);
        writer.WriteNull();
        writer.WriteString(ReplyTo);
        writer.WriteValue(CorrelationId);
        writer.EndCompound(properties, 6);
        writer.WriteDescriptor(Descriptor.ApplicationProperties);
        writer.WriteMap(ApplicationProperties);
        writer.WriteDescriptor(Descriptor.Value);
        writer.WriteValue(Body);
        var bytes = writer.Written.ToArray();
        writer.Dispose();
        return bytes;
    }
}
