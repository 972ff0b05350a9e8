using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Messages;
using AppProxy.Gateway.Broker.Queues;

namespace AppProxy.Gateway.Broker.Amqp.Links;

/// <summary>
/// Makes queue messages out of encoded ones. Everything from properties on stays as it came, one slice of the buffer it arrived in; only
/// the header and annotations are the broker's to write anew.
/// </summary>
internal sealed class BrokerMessageReader
{
    // Service Bus takes 4 500 messages in a batch at most.
    private const int MaxBatch = 4_500;

    private readonly SessionIdCache _sessionIds = new();

    /// <summary>Reads one message; it takes over the buffer's reference.</summary>
    public BrokerMessage Read(PooledBuffer buffer, int start, int length)
    {
        var encoded = buffer.Array.AsSpan(start, length);
        var layout = MessageLayout.Read(encoded);
        if (layout.BodyKind == BodyKind.ManyData)
        {
            return ReadJoined(buffer, start, length, layout);
        }

        var groupId = layout.ReadGroupId(encoded);
        return new BrokerMessage(buffer, buffer.Array.AsMemory(start + layout.BodyStart, layout.BodyLength))
        {
            EncodedBareMessage = buffer.Array.AsMemory(start + layout.BareStart, length - layout.BareStart),
            SessionId = groupId.IsEmpty ? null : _sessionIds.Get(groupId),
            TimeToLive = TimeSpan.FromMilliseconds(layout.TimeToLive),
        };
    }

    /// <summary>Reads the messages of a batch: each data section is one, encoded whole. Each gets a reference of its own.</summary>
    public void ReadBatch(PooledBuffer buffer, int length, List<BrokerMessage> messages)
    {
        var reader = new AmqpReader(buffer.Array.AsSpan(0, length));
        while (!reader.AtEnd)
        {
            if (reader.ReadDescriptor() != Descriptor.Data)
            {
                reader.Skip();
                continue;
            }

            if (messages.Count == MaxBatch)
            {
                throw AmqpException.Decode("A batch has too many messages.");
            }

            var size = reader.ReadBinary().Length;
            buffer.Retain();
            try
            {
                messages.Add(Read(buffer, reader.Position - size, size));
            }
            catch
            {
                buffer.Release();
                throw;
            }
        }
    }

    // Several data sections: written anew with one, so that who receives in process sees the body in one piece.
    private BrokerMessage ReadJoined(PooledBuffer buffer, int start, int length, in MessageLayout layout)
    {
        var encoded = buffer.Array.AsSpan(start, length);
        var copy = PooledBuffer.Rent(length);
        var body = encoded.ToArray();
        var bodyLength = DataBody.Join(body, layout);

        var writer = new AmqpWriter(copy.Array);
        writer.WriteRaw(encoded[layout.BareStart..layout.BodySectionStart]);
        writer.WriteDataHead(bodyLength);
        writer.WriteRaw(body.AsSpan(layout.BodyStart, bodyLength));
        var total = writer.Position;
        var groupId = layout.ReadGroupId(encoded);
        var message = new BrokerMessage(copy, copy.Array.AsMemory(total - bodyLength, bodyLength))
        {
            EncodedBareMessage = copy.Array.AsMemory(0, total),
            SessionId = groupId.IsEmpty ? null : _sessionIds.Get(groupId),
            TimeToLive = TimeSpan.FromMilliseconds(layout.TimeToLive),
        };
        buffer.Release();
        return message;
    }
}
