using AppProxy.Contracts.Frames;

namespace AppProxy.Contracts.Exchanges;

/// <summary>Cuts a head that is too large for one message into the head frame and its continuations, and puts such pieces together again.</summary>
internal static class HeadPieces
{
    /// <summary>A head frame up to this size stays whole: with the message's own overhead it fits the 256 KB of a standard namespace.</summary>
    public const int Size = 128 * 1024;

    /// <summary>Cuts a message that is one head frame; each piece is a message of its own, numbered on from the head.</summary>
    public static List<FrameBuffer> Cut(FrameBuffer whole, ref FrameSequence sequence)
    {
        var pieces = new List<FrameBuffer>();
        using (whole)
        {
            var frame = whole.WrittenSpan[MessageReader.PreambleSize..];
            var head = FrameHeader.Read(frame);
            var payload = frame[FrameHeader.Size..];
            var number = head.Sequence;
            for (var type = head.Type; !payload.IsEmpty; type = FrameType.HeadContinuation)
            {
                var octets = payload[..Math.Min(Size, payload.Length)];
                payload = payload[octets.Length..];
                var flags = type == head.Type ? head.Flags : FrameFlags.None;
                var piece = new FrameBuffer(MessageReader.PreambleSize + FrameHeader.Size + octets.Length);
                piece.Raw(type, payload.IsEmpty ? flags : flags | FrameFlags.Continued, head.Exchange, head.Attempt, number, octets);
                pieces.Add(piece);
                number = payload.IsEmpty ? number : sequence.Take();
            }
        }

        return pieces;
    }
}
