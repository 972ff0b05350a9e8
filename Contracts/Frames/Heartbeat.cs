using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Contracts.Frames;

/// <summary>Payload of a <see cref="FrameType.Heartbeat"/>: a view on the frame's bytes.</summary>
/// <remarks>
/// <code>
/// +-------------------------------+   0
/// | session of the sender (16)    |
/// +-------------------------------+  16
/// | sender's clock, unix ms (8)   |
/// +-------------------------------+  24
/// | count                         |
/// +-------------------------------+
/// | exchange id (16)              |  ┐
/// | send (2), nonce (4)           |  │ count times
/// | next sequence number (4)      |  │
/// | body sent up to (8)           |  │
/// | body received up to (8)       |  ┘
/// +-------------------------------+
/// </code>
/// A list longer than <see cref="FrameLimits.MaxHeartbeatEntries"/> is continued in further frames of the same message or the next.
/// </remarks>
[SuppressMessage("Performance", "CA1815", Justification = "A view is not compared.")]
[SuppressMessage("Naming", "CA1710", Justification = "It is a heartbeat first.")]
public readonly ref struct Heartbeat
{
    private readonly ReadOnlySpan<byte> _entries;

    private Heartbeat(Guid session, long clock, ReadOnlySpan<byte> entries, int count)
    {
        Session = session;
        Clock = clock;
        _entries = entries;
        Count = count;
    }

    /// <summary>The instance that sends it: the session on which it reads.</summary>
    public Guid Session { get; }

    /// <summary>Unix milliseconds by the sender's own clock.</summary>
    public long Clock { get; }

    /// <summary>How many exchanges are listed in this frame.</summary>
    public int Count { get; }

    /// <summary>The exchange at <paramref name="index"/>.</summary>
    public HeartbeatEntry this[int index]
    {
        get
        {
            var reader = new PayloadReader(_entries.Slice(index * HeartbeatEntry.Size, HeartbeatEntry.Size));
            return new HeartbeatEntry(
                reader.ExchangeId(), new Attempt(reader.UInt16(), reader.UInt32()), reader.UInt32(), reader.Offset(), reader.Offset());
        }
    }

    /// <summary>Reads a payload.</summary>
    public static FrameError TryRead(ReadOnlySpan<byte> payload, out Heartbeat heartbeat)
    {
        heartbeat = default;
        var reader = new PayloadReader(payload);
        var session = reader.Guid();
        var clock = reader.Offset();
        var count = reader.Length();
        if (reader.Error != FrameError.None)
        {
            return reader.Error;
        }

        if (count > FrameLimits.MaxHeartbeatEntries)
        {
            return FrameError.Value;
        }

        var entries = reader.Octets(count * HeartbeatEntry.Size);
        var error = reader.End();
        for (var at = HeartbeatEntry.OffsetsAt; error == FrameError.None && at < entries.Length; at += HeartbeatEntry.Size)
        {
            // The top bits of both offsets: checked here once, so that enumerating can't fail.
            error = ((entries[at] | entries[at + sizeof(long)]) & 0x80) == 0 ? FrameError.None : FrameError.Value;
        }

        if (error == FrameError.None)
        {
            heartbeat = new Heartbeat(session, clock, entries, count);
        }

        return error;
    }
}

/// <summary>One exchange as a heartbeat lists it.</summary>
/// <param name="Exchange">Which exchange.</param>
/// <param name="Attempt">Which run of it.</param>
/// <param name="NextSequence">Number that the sender's next frame will carry: whoever has seen fewer has lost some.</param>
/// <param name="SentOffset">How far the sender has sent its body.</param>
/// <param name="ReceivedOffset">How far the sender has received the other body.</param>
public readonly record struct HeartbeatEntry(ExchangeId Exchange, Attempt Attempt, uint NextSequence, long SentOffset, long ReceivedOffset)
{
    /// <summary>Octets on the wire.</summary>
    public const int Size = 42;

    /// <summary>Where the two offsets begin.</summary>
    internal const int OffsetsAt = 26;
}
