using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Messages;

/// <summary>
/// Where the sections of an encoded message lie (AMQP 1.0 part 3, section 3.2): header 0x70, delivery-annotations 0x71,
/// message-annotations 0x72, then the bare message: properties 0x73, application-properties 0x74, body 0x75 to 0x77, footer 0x78.
/// Only what is always wanted is read; the rest is passed over in one step each.
/// </summary>
internal readonly struct MessageLayout
{
    /// <summary>Milliseconds; 0 = none given.</summary>
    public uint TimeToLive { get; private init; }

    /// <summary>Failed tries so far.</summary>
    public uint DeliveryCount { get; private init; }

    /// <summary>Where the map of message-annotations begins; -1 = none.</summary>
    public int AnnotationsStart { get; private init; }

    /// <summary>Where the list of properties begins; -1 = none.</summary>
    public int PropertiesStart { get; private init; }

    /// <summary>Where the map of application-properties begins; -1 = none.</summary>
    public int ApplicationPropertiesStart { get; private init; }

    /// <summary>Where the bare message begins, which goes from sender to receiver unchanged.</summary>
    public int BareStart { get; private init; }

    public BodyKind BodyKind { get; private init; }

    /// <summary>Where the (first) body section begins, descriptor included.</summary>
    public int BodySectionStart { get; private init; }

    /// <summary>Where the content of the (first) data section begins, or the value or sequence.</summary>
    public int BodyStart { get; private init; }

    /// <summary>Bytes of the (first) data section's content, or of the value or sequence.</summary>
    public int BodyLength { get; private init; }

    public static MessageLayout Read(ReadOnlySpan<byte> message)
    {
        var reader = new AmqpReader(message);
        uint timeToLive = 0, deliveryCount = 0;
        int annotations = -1, properties = -1, applicationProperties = -1, bare = -1, bodySection = 0, bodyStart = 0, bodyLength = 0;
        var kind = BodyKind.None;
        while (!reader.AtEnd)
        {
            var start = reader.Position;
            var section = reader.ReadDescriptor();
            if (section >= Descriptor.Properties && bare < 0)
            {
                bare = start;
            }

            var content = reader.Position;
            switch (section)
            {
                case Descriptor.Header:
                    var left = reader.ReadListHead(out var end);
                    reader.SkipField(ref left);
                    reader.SkipField(ref left);
                    timeToLive = reader.NextField(ref left) ? reader.ReadUInt() : 0;
                    reader.SkipField(ref left);
                    deliveryCount = reader.NextField(ref left) ? reader.ReadUInt() : 0;
                    reader.Seek(end);
                    break;
                case Descriptor.DeliveryAnnotations:
                case Descriptor.Footer:
                    reader.Skip();
                    break;
                case Descriptor.MessageAnnotations:
                    annotations = content;
                    reader.Skip();
                    break;
                case Descriptor.Properties:
                    properties = content;
                    reader.Skip();
                    break;
                case Descriptor.ApplicationProperties:
                    applicationProperties = content;
                    reader.Skip();
                    break;
                case Descriptor.Data when kind == BodyKind.None:
                    kind = BodyKind.Data;
                    bodySection = start;
                    bodyLength = reader.ReadBinary().Length;
                    bodyStart = reader.Position - bodyLength;
                    break;
                case Descriptor.Data:
                    kind = BodyKind.ManyData;
                    _ = reader.ReadBinary();
                    break;
                case Descriptor.Value:
                case Descriptor.Sequence:
                    kind = section == Descriptor.Value ? BodyKind.Value : BodyKind.Sequence;
                    reader.Skip();
                    bodyStart = content;
                    bodyLength = reader.Position - content;
                    break;
                default:
                    throw AmqpException.Decode("A message has an unknown section.");
            }
        }

        return new MessageLayout
        {
            TimeToLive = timeToLive,
            DeliveryCount = deliveryCount,
            AnnotationsStart = annotations,
            PropertiesStart = properties,
            ApplicationPropertiesStart = applicationProperties,
            BareStart = bare < 0 ? message.Length : bare,
            BodyKind = kind,
            BodySectionStart = bodySection,
            BodyStart = bodyStart,
            BodyLength = bodyLength,
        };
    }

    /// <summary>UTF-8 bytes of the group-id, which is the session's id; empty = none.</summary>
    public ReadOnlySpan<byte> ReadGroupId(ReadOnlySpan<byte> message)
    {
        if (PropertiesStart < 0)
        {
            return default;
        }

        var reader = new AmqpReader(message);
        reader.Seek(PropertiesStart);
        var left = reader.ReadListHead(out _);
        for (var i = 0; i < 10; i++)
        {
            reader.SkipField(ref left);
        }

        return reader.NextField(ref left) ? reader.ReadText() : default;
    }

    /// <summary>Reads message-id, reply-to and correlation-id, for request and reply over $cbs and $management.</summary>
    public MessageAddress ReadAddress(ReadOnlySpan<byte> message)
    {
        if (PropertiesStart < 0)
        {
            return default;
        }

        var reader = new AmqpReader(message);
        reader.Seek(PropertiesStart);
        var left = reader.ReadListHead(out _);
        var messageId = reader.NextField(ref left) ? reader.ReadValue() : default;
        reader.SkipField(ref left);
        reader.SkipField(ref left);
        reader.SkipField(ref left);
        var replyTo = reader.NextField(ref left) ? reader.ReadString() : null;
        return new MessageAddress(messageId, replyTo, reader.NextField(ref left) ? reader.ReadValue() : default);
    }

    public AmqpMap? ReadApplicationProperties(ReadOnlySpan<byte> message) => ReadMap(message, ApplicationPropertiesStart);

    public AmqpMap? ReadAnnotations(ReadOnlySpan<byte> message) => ReadMap(message, AnnotationsStart);

    /// <summary>The body when it is an amqp-value.</summary>
    public AmqpValue ReadValue(ReadOnlySpan<byte> message) =>
        BodyKind == BodyKind.Value ? new AmqpReader(message.Slice(BodyStart, BodyLength)).ReadValue() : default;

    /// <summary>Finds a timestamp among the message annotations without unfolding them; null = not there.</summary>
    public long? FindTimestamp(ReadOnlySpan<byte> message, ReadOnlySpan<byte> key)
    {
        if (AnnotationsStart < 0)
        {
            return null;
        }

        var reader = new AmqpReader(message);
        reader.Seek(AnnotationsStart);
        for (var left = reader.ReadMapHead(out _); left > 0; left -= 2)
        {
            var found = reader.PeekCode() is FormatCode.Symbol8 or FormatCode.Symbol32 or FormatCode.String8 or FormatCode.String32
                ? reader.ReadText().SequenceEqual(key)
                : SkipKey(ref reader);
            if (found)
            {
                return reader.PeekCode() == FormatCode.Timestamp ? reader.ReadTimestamp() : null;
            }

            reader.Skip();
        }

        return null;
    }

    private static bool SkipKey(ref AmqpReader reader)
    {
        reader.Skip();
        return false;
    }

    private static AmqpMap? ReadMap(ReadOnlySpan<byte> message, int start)
    {
        if (start < 0)
        {
            return null;
        }

        var reader = new AmqpReader(message);
        reader.Seek(start);
        return reader.ReadMap();
    }
}
