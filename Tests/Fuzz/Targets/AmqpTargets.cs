using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Messages;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Fuzz.Targets;

/// <summary>Reads what an AMQP peer may send, signed in or not. What is wrong ends its connection by an <see cref="AmqpException"/>; nothing else may happen.</summary>
internal static class AmqpTargets
{
    /// <summary>The body of one AMQP or SASL frame.</summary>
    public static void ReadPerformative(ReadOnlySpan<byte> input)
    {
        try
        {
            var reader = new AmqpReader(input);
            ReadPerformative(reader.ReadDescriptor(), ref reader);
        }
        catch (AmqpException)
        {
            // What the codec documents.
        }
    }

    /// <summary>The sections of a message.</summary>
    public static void ReadMessage(ReadOnlySpan<byte> input)
    {
        try
        {
            MessageLayout.Read(input);
        }
        catch (AmqpException)
        {
            // What the codec documents.
        }
    }

    private static void ReadPerformative(ulong descriptor, ref AmqpReader reader)
    {
        switch (descriptor)
        {
            case Descriptor.Open:
                Open.Read(ref reader);
                break;
            case Descriptor.Begin:
                Begin.Read(ref reader);
                break;
            case Descriptor.Attach:
                Attach.Read(ref reader);
                break;
            case Descriptor.Flow:
                Flow.Read(ref reader);
                break;
            case Descriptor.Transfer:
                Transfer.Read(ref reader);
                break;
            case Descriptor.Disposition:
                Disposition.Read(ref reader);
                break;
            case Descriptor.Detach:
                Detach.Read(ref reader);
                break;
            case Descriptor.End or Descriptor.Close:
                Ending.Read(ref reader);
                break;
            case Descriptor.SaslInit:
                var (_, response) = Sasl.ReadInit(ref reader);
                Sasl.ReadPlain(response);
                break;
            case Descriptor.SaslMechanisms:
                Sasl.ReadMechanisms(ref reader);
                break;
            case Descriptor.SaslOutcome:
                Sasl.ReadOutcome(ref reader);
                break;
            default:
                reader.ReadValue();
                break;
        }
    }
}
