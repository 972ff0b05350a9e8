using System.Buffers.Binary;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Relay;

/// <summary>A request head on its way to the group's queue, with its whole body when it may be sent again.</summary>
internal sealed class RequestMessage(GatewayExchange exchange, PooledBuffer buffer, int length, TimeSpan timeToLive) : OutboundMessage
{
    /// <summary>Where a frame header has its send number.</summary>
    private const int SendOffset = 6;

    /// <summary>Where a request head frame has its deadline, behind the reply session.</summary>
    private const int DeadlineOffset = FrameHeader.Size + 16;

    public override PooledBuffer Buffer => buffer;

    public override ReadOnlyMemory<byte> Body => buffer.Array.AsMemory(0, length);

    public override string? SessionId => null;

    public override TimeSpan TimeToLive => timeToLive;

    public override void Completed(TransportException? failure)
    {
        buffer.Release();
        if (failure is not null)
        {
            exchange.OnSendFailed(failure);
        }
    }

    /// <summary>The same frames under another send number and deadline, with a newer assertion.</summary>
    public static RequestMessage Again(GatewayExchange exchange, ReadOnlySpan<byte> first, ushort send, long deadline, ReadOnlySpan<byte> assertion)
        => new(exchange, Copy(first, send, deadline, assertion), first.Length, exchange.App.Relay.WaitForConnector);

    /// <summary>Those frames. A copy: the broker may still hold the first.</summary>
    public static PooledBuffer Copy(ReadOnlySpan<byte> first, ushort send, long deadline, ReadOnlySpan<byte> assertion)
    {
        var copy = PooledBuffer.Rent(first.Length);
        first.CopyTo(copy.Array);
        var frames = copy.Array.AsSpan(MessageReader.PreambleSize, first.Length - MessageReader.PreambleSize);
        while (!frames.IsEmpty)
        {
            var header = FrameHeader.Read(frames);
            BinaryPrimitives.WriteUInt16BigEndian(frames[SendOffset..], send);
            if (header.Type == FrameType.RequestHead)
            {
                BinaryPrimitives.WriteInt64BigEndian(frames[DeadlineOffset..], deadline);
                Assert(frames[..header.Length], header.Flags, assertion);
            }

            frames = frames[header.Length..];
        }

        return copy;
    }

    /// <summary>Of one person and app, assertions are equally long: only their times and signatures differ.</summary>
    private static void Assert(Span<byte> frame, FrameFlags flags, ReadOnlySpan<byte> assertion)
    {
        if (RequestHead.TryRead(frame[FrameHeader.Size..], flags, out var head) == FrameError.None && head.Assertion.Length == assertion.Length
            && frame.Overlaps(head.Assertion, out var offset))
        {
            assertion.CopyTo(frame[offset..]);
        }
    }
}
