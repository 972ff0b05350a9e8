using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Performatives;

/// <summary>
/// received 0x23, accepted 0x24, rejected 0x25 (error), released 0x26, modified 0x27 (delivery-failed, undeliverable-here,
/// message-annotations). Annotations to change are not kept: the relay has none.
/// </summary>
internal readonly record struct DeliveryState(DeliveryOutcome Outcome, AmqpError? Error = null, bool UndeliverableHere = false)
{
    public static DeliveryState Accepted => new(DeliveryOutcome.Accepted);

    public static DeliveryState Released => new(DeliveryOutcome.Released);

    public static DeliveryState Rejected(AmqpError? error = null) => new(DeliveryOutcome.Rejected, error);

    public static DeliveryState Read(ref AmqpReader reader)
    {
        var descriptor = reader.ReadDescriptor();
        var left = reader.ReadListHead(out var end);
        AmqpError? error = null;
        var undeliverableHere = false;
        DeliveryOutcome outcome;
        switch (descriptor)
        {
            case Descriptor.Accepted:
                outcome = DeliveryOutcome.Accepted;
                break;
            case Descriptor.Rejected:
                outcome = DeliveryOutcome.Rejected;
                error = reader.NextField(ref left) ? AmqpError.Read(ref reader) : null;
                break;
            case Descriptor.Released:
                outcome = DeliveryOutcome.Released;
                break;
            case Descriptor.Modified:
                outcome = DeliveryOutcome.Modified;
                reader.SkipField(ref left);
                undeliverableHere = reader.NextField(ref left) && reader.ReadBoolean();
                break;
            case Descriptor.Received:
                outcome = DeliveryOutcome.Received;
                break;
            default:
                outcome = DeliveryOutcome.Unknown;
                break;
        }

        reader.Seek(end);
        return new DeliveryState(outcome, error, undeliverableHere);
    }

    public void Write(ref AmqpWriter writer)
    {
        switch (Outcome)
        {
            case DeliveryOutcome.Accepted:
                writer.WriteDescriptor(Descriptor.Accepted);
                writer.WriteRaw([FormatCode.List0]);
                break;
            case DeliveryOutcome.Rejected when Error is { } error:
                var list = writer.BeginList(Descriptor.Rejected);
                error.Write(ref writer);
                writer.EndCompound(list, 1);
                break;
            case DeliveryOutcome.Rejected:
                writer.WriteDescriptor(Descriptor.Rejected);
                writer.WriteRaw([FormatCode.List0]);
                break;
            case DeliveryOutcome.Released:
                writer.WriteDescriptor(Descriptor.Released);
                writer.WriteRaw([FormatCode.List0]);
                break;
            case DeliveryOutcome.Modified:
                var modified = writer.BeginShortList(Descriptor.Modified);
                writer.WriteBoolean(true);
                writer.WriteBoolean(UndeliverableHere);
                writer.EndShortList(modified, 2);
                break;
            default:
                writer.WriteNull();
                break;
        }
    }
}
