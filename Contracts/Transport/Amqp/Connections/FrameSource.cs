using System.Buffers;
using System.IO.Pipelines;
using AppProxy.Contracts.Transport.Amqp.Codec;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>Cuts what arrived into frames: whole or not at all, size limit first.</summary>
internal static class FrameSource
{
    /// <summary>Takes the next whole frame off <paramref name="buffer"/>; <paramref name="body"/> is what follows its head.</summary>
    public static bool TryTake(ref ReadOnlySequence<byte> buffer, uint maxFrameSize, out FrameHeader header, out ReadOnlySequence<byte> body)
    {
        header = default;
        body = default;
        if (buffer.Length < FrameHeader.Size)
        {
            return false;
        }

        if (buffer.FirstSpan.Length >= FrameHeader.Size)
        {
            header = FrameHeader.Read(buffer.FirstSpan, maxFrameSize);
        }
        else
        {
            Span<byte> head = stackalloc byte[FrameHeader.Size];
            buffer.Slice(0, FrameHeader.Size).CopyTo(head);
            header = FrameHeader.Read(head, maxFrameSize);
        }

        if (buffer.Length < header.FrameSize)
        {
            return false;
        }

        body = buffer.Slice(header.BodyOffset, header.FrameSize - header.BodyOffset);
        buffer = buffer.Slice(header.FrameSize);
        return true;
    }

    /// <summary>Waits for the next <paramref name="length"/> bytes; only for the handshake, where every byte is waited for in turn.</summary>
    public static async ValueTask<byte[]> ReadExactlyAsync(PipeReader input, int length, CancellationToken cancellationToken)
    {
        var result = await input.ReadAtLeastAsync(length, cancellationToken);
        if (result.Buffer.Length < length)
        {
            throw new IOException(result.IsCanceled ? "The connection was given up." : "The peer closed the connection during the handshake.");
        }

        var taken = result.Buffer.Slice(0, length);
        var bytes = taken.ToArray();
        input.AdvanceTo(taken.End);
        return bytes;
    }

    /// <summary>Waits for the next frame that is not empty.</summary>
    public static async ValueTask<(FrameHeader Header, byte[] Body)> ReadFrameAsync(
        PipeReader input, byte type, uint maxFrameSize, CancellationToken cancellationToken)
    {
        while (true)
        {
            var head = await ReadExactlyAsync(input, FrameHeader.Size, cancellationToken);
            var header = FrameHeader.Read(head, maxFrameSize);
            if (header.Type != type)
            {
                throw new AmqpException(ErrorCondition.FramingError, "A frame has a type that does not belong here.");
            }

            var rest = header.FrameSize - FrameHeader.Size;
            var bytes = rest == 0 ? [] : await ReadExactlyAsync(input, rest, cancellationToken);
            var body = bytes[(header.BodyOffset - FrameHeader.Size)..];
            if (body.Length > 0)
            {
                return (header, body);
            }
        }
    }
}
