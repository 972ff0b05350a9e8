using Amqp;
using Amqp.Framing;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>Takes the body out of a library's message: one data section as a rule, the joined octets of several, nothing of any other kind.</summary>
internal static class MessageBody
{
    public static PooledBuffer Copy(Message message, out int length)
    {
        if (message.BodySection is DataList sections)
        {
            return Join(sections, out length);
        }

        if (message.BodySection is Data { Buffer: { } bytes })
        {
            length = bytes.Length;
            var buffer = PooledBuffer.Rent(Math.Max(1, length));
            bytes.Buffer.AsSpan(bytes.Offset, length).CopyTo(buffer.Array);
            return buffer;
        }

        length = 0;
        return PooledBuffer.Rent(1);
    }

    private static PooledBuffer Join(DataList sections, out int length)
    {
        length = 0;
        for (var i = 0; i < sections.Count; i++)
        {
            length += sections[i].Buffer?.Length ?? 0;
        }

        var buffer = PooledBuffer.Rent(Math.Max(1, length));
        var at = 0;
        for (var i = 0; i < sections.Count; i++)
        {
            if (sections[i].Buffer is { } bytes)
            {
                bytes.Buffer.AsSpan(bytes.Offset, bytes.Length).CopyTo(buffer.Array.AsSpan(at));
                at += bytes.Length;
            }
        }

        return buffer;
    }
}
