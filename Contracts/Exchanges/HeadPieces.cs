using AppProxy.Contracts.Frames;

namespace AppProxy.Contracts.Exchanges;

/// <summary>Cuts a message that is one head frame too large for a broker into its first message and the rest, which continues it elsewhere.</summary>
internal static class HeadPieces
{
    /// <summary>A head up to this size stays whole: with the message's own overhead it fits the 256 KB of a standard namespace.</summary>
    public const int Size = 128 * 1024;

    /// <summary>Whether a message that is one head frame has to be cut.</summary>
    public static bool MustCut(ReadOnlySpan<byte> message) => message.Length > MessageReader.PreambleSize + FrameHeader.Size + Size;

    /// <summary>The head frame with as much of the payload as fits, marked as continued.</summary>
    public static FrameBuffer First(ReadOnlySpan<byte> message)
    {
        var header = FrameHeader.Read(message[MessageReader.PreambleSize..]);
        var first = new FrameBuffer(MessageReader.PreambleSize + FrameHeader.Size + Size);
        var payload = message.Slice(MessageReader.PreambleSize + FrameHeader.Size, Size);
        first.Raw(header.Type, header.Flags | FrameFlags.Continued, header.Exchange, header.Attempt, header.Sequence, payload);
        return first;
    }

    /// <summary>The payload behind that.</summary>
    public static ReadOnlySpan<byte> Rest(ReadOnlySpan<byte> message) => message[(MessageReader.PreambleSize + FrameHeader.Size + Size)..];
}
