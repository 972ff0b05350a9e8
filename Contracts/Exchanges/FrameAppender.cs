using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Contracts.Exchanges;

/// <summary>Writes frames that belong together into an outbox. Holds the outbox' lock until disposed, so nothing in between may wait.</summary>
internal readonly ref struct FrameAppender(FrameOutbox outbox)
{
    /// <summary>Below this a piece of a body is copied into the open message; from here on it travels in the buffer it was read into.</summary>
    public const int CopyBelow = 8 * 1024;

    public void ResponseHead<TFields>(FrameFlags flags, ref FrameSequence sequence, in ResponseHead head, in TFields fields)
        where TFields : IFieldSource, allows ref struct
    {
        var frame = outbox.Reserve(FrameHeader.Size + 512);
        var start = frame.Length;

        // The number is taken only once the frame stands: fields may fail, and the reset that follows must be in order.
        frame.ResponseHead(flags, sequence.Exchange, sequence.Attempt, sequence.Next, head, fields);
        sequence.Take();
        if (frame.Length - start > FrameHeader.Size + HeadPieces.Size)
        {
            // RFC 9110 sets no limit on a head, but brokers do on a message.
            using var whole = outbox.TakeLast(start);
            outbox.Append(HeadPieces.First(whole.WrittenSpan));
            HeadRest(ref sequence, HeadPieces.Rest(whole.WrittenSpan));
        }
    }

    /// <summary>The rest of a head that was too large for its first message.</summary>
    public void HeadRest(ref FrameSequence sequence, ReadOnlySpan<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            var piece = rest[..Math.Min(HeadPieces.Size, rest.Length)];
            rest = rest[piece.Length..];
            outbox.Reserve(FrameHeader.Size + piece.Length).Raw(
                FrameType.HeadContinuation, rest.IsEmpty ? FrameFlags.None : FrameFlags.Continued, sequence.Exchange, sequence.Attempt, sequence.Take(), piece);
        }
    }

    public void Claim(ref FrameSequence sequence, in ClaimPayload claim) =>
        outbox.Reserve(FrameHeader.Size + 32).Claim(sequence.Exchange, sequence.Attempt, sequence.Take(), claim);

    /// <summary>A piece of a body, copied.</summary>
    public void Data(ref FrameSequence sequence, long offset, ReadOnlySpan<byte> octets) =>
        outbox.Reserve(FrameHeader.Size + DataPayload.OffsetSize + octets.Length)
            .Data(sequence.Exchange, sequence.Attempt, sequence.Take(), offset, octets);

    /// <summary>
    /// A piece of a body that lies in <paramref name="buffer"/> from <see cref="FrameBuffer.DataMessageOffset"/> on. Takes over the reference to it.
    /// </summary>
    public void Data(ref FrameSequence sequence, long offset, PooledBuffer buffer, int count)
    {
        if (count < CopyBelow)
        {
            Data(ref sequence, offset, buffer.Array.AsSpan(FrameBuffer.DataMessageOffset, count));
            buffer.Release();
            return;
        }

        FrameBuffer.WriteDataHeader(buffer.Array, sequence.Exchange, sequence.Attempt, sequence.Take(), offset, count);
        outbox.Append(buffer, FrameBuffer.DataMessageOffset + count);
    }

    public void End<TFields>(ref FrameSequence sequence, long bodyLength, in TFields trailers)
        where TFields : IFieldSource, allows ref struct
    {
        outbox.Reserve(FrameHeader.Size + 16).End(sequence.Exchange, sequence.Attempt, sequence.Next, bodyLength, trailers);
        sequence.Take();
    }

    public void Window(ref FrameSequence sequence, long offset) =>
        outbox.Reserve(FrameHeader.Size + 8).Window(sequence.Exchange, sequence.Attempt, sequence.Take(), offset);

    public void Reset(ref FrameSequence sequence, ExchangeFailure reason, FrameFlags flags = FrameFlags.None) =>
        outbox.Reserve(FrameHeader.Size + 2).Reset(sequence.Exchange, sequence.Attempt, sequence.Take(), (ushort)reason, flags);

    public void Heartbeat(FrameFlags flags, uint beat, Guid session, long clock, ReadOnlySpan<HeartbeatEntry> entries, long settings) =>
        outbox.Reserve(FrameHeader.Size + 32 + (entries.Length * HeartbeatEntry.Size)).Heartbeat(flags, beat, session, clock, entries, settings);

    /// <summary>A message that is complete already. Takes over the reference to it.</summary>
    public void Message(PooledBuffer message, int length) => outbox.Append(message, length);

    /// <summary>Settles a request once the broker has the frames written here: from then on the gateway answers for it.</summary>
    public void SettleWhenAccepted(InboundMessage request) => outbox.SettleWhenAccepted(request);

    public void Dispose() => outbox.Release();
}
