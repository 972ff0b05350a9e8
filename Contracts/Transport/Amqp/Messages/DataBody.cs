using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Messages;

/// <summary>Puts a body of several data sections into one piece.</summary>
internal static class DataBody
{
    /// <summary>Moves the contents together at the start of the first one; returns the length of the whole. The message is unreadable afterwards.</summary>
    public static int Join(Span<byte> message, in MessageLayout layout)
    {
        var reader = new AmqpReader(message);
        reader.Seek(layout.BodyStart + layout.BodyLength);
        var end = layout.BodyStart + layout.BodyLength;
        while (!reader.AtEnd && reader.ReadDescriptor() == Descriptor.Data)
        {
            var length = reader.ReadBinary().Length;
            message.Slice(reader.Position - length, length).CopyTo(message[end..]);
            end += length;
        }

        return end - layout.BodyStart;
    }
}
