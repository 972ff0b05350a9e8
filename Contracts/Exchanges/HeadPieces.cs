using AppProxy.Contracts.Frames;

namespace AppProxy.Contracts.Exchanges;

/// <summary>Cuts a message that begins with a head frame too large for a broker into its first message and the rest, which continues it elsewhere.</summary>
/// <remarks>Only that frame is looked at: a body that comes along with its head makes no message too large (64 KB at most).</remarks>
internal static class HeadPieces
{
    /// <summary>A head up to this size stays whole: with the message's own overhead it fits the 256 KB of a standard namespace.</summary>
    public const int Size = 128 * 1024;

    /// <summary>Whether the head frame that a message begins with has to be cut.</summary>
    public static bool MustCut(ReadOnlySpan<byte> message) => HeadLength(message) > FrameHeader.Size + Size;

    /// <summary>The head frame with as much of the payload as fits, marked as continued; what follows it is then not in its message any more.</summary>
    public static FrameBuffer First(ReadOnlySpan<byte> message)
    {
        var header = FrameHeader.Read(message[MessageReader.PreambleSize..]);
        var first = new FrameBuffer(MessageReader.PreambleSize + FrameHeader.Size + Size);
        var payload = message.Slice(MessageReader.PreambleSize + FrameHeader.Size, Size);
        first.Raw(header.Type, (header.Flags & ~FrameFlags.Complete) | FrameFlags.Continued, header.Exchange, header.Attempt, header.Sequence, payload);
        return first;
    }

    /// <summary>The payload behind that.</summary>
    public static ReadOnlySpan<byte> Rest(ReadOnlySpan<byte> message) =>
        message[(MessageReader.PreambleSize + FrameHeader.Size + Size)..(MessageReader.PreambleSize + HeadLength(message))];

    private static int HeadLength(ReadOnlySpan<byte> message) => FrameHeader.Read(message[MessageReader.PreambleSize..]).Length;
}
