using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Contracts.Frames;

/// <summary>Takes a message apart into its frames: all of it or nothing.</summary>
/// <remarks>
/// <code>
///  0       1       2         3       4
/// +-------+-------+---------+-------+---------+---------+---
/// | 'A'   | 'P'   | version | 0     | frame   | frame   | …
/// +-------+-------+---------+-------+---------+---------+---
/// </code>
/// </remarks>
[SuppressMessage("Performance", "CA1815", Justification = "An enumerator is not compared.")]
public struct MessageReader
{
    /// <summary>Octets ahead of the first frame.</summary>
    public const int PreambleSize = 4;

    /// <summary>The version of the frames that this code writes, and the newest that it reads.</summary>
    public const byte Version = 1;

    private ReadOnlyMemory<byte> _rest;

    private MessageReader(ReadOnlyMemory<byte> frames) => _rest = frames;

    /// <summary>Checks the preamble and the framing of the whole message, so that a bad frame at its end undoes none before it.</summary>
    public static FrameError TryOpen(ReadOnlyMemory<byte> message, out MessageReader reader)
    {
        reader = default;
        var span = message.Span;
        if (span.Length < PreambleSize || span[0] != (byte)'A' || span[1] != (byte)'P')
        {
            return FrameError.NotARelayMessage;
        }

        if (span[2] != Version || span[3] != 0)
        {
            return FrameError.UnsupportedVersion;
        }

        var frames = span[PreambleSize..];
        while (!frames.IsEmpty)
        {
            if (frames.Length < FrameHeader.Size)
            {
                return FrameError.Length;
            }

            var header = FrameHeader.Read(frames);
            if (header.Length is < FrameHeader.Size or > FrameLimits.MaxFrameLength || header.Length > frames.Length)
            {
                return FrameError.Length;
            }

            if (header.Type is FrameType.None or > FrameType.Heartbeat)
            {
                return FrameError.UnknownType;
            }

            frames = frames[header.Length..];
        }

        reader = new MessageReader(message[PreambleSize..]);
        return FrameError.None;
    }

    /// <summary>The next frame, or false at the end.</summary>
    public bool TryRead(out Frame frame)
    {
        if (_rest.IsEmpty)
        {
            frame = default;
            return false;
        }

        var header = FrameHeader.Read(_rest.Span);
        frame = new Frame(header, _rest[FrameHeader.Size..header.Length]);
        _rest = _rest[header.Length..];
        return true;
    }

    /// <summary>Writes the preamble of a message.</summary>
    public static void WritePreamble(Span<byte> destination)
    {
        destination[0] = (byte)'A';
        destination[1] = (byte)'P';
        destination[2] = Version;
        destination[3] = 0;
    }
}
