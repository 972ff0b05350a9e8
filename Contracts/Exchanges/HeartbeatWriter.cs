using System.Buffers;
using AppProxy.Contracts.Frames;

namespace AppProxy.Contracts.Exchanges;

/// <summary>Writes an instance's heartbeat to one peer: everything that the two have with each other, right now.</summary>
internal static class HeartbeatWriter
{
    /// <summary>
    /// Lists <paramref name="channels"/> while the outbox is locked: whatever was sent before the heartbeat is listed in it, so a peer that
    /// has seen an exchange and does not find it here knows that it is lost.
    /// </summary>
    public static void Write(FrameOutbox outbox, uint beat, Guid session, long clock, IEnumerable<ExchangeChannel> channels, long settings = 0)
    {
        var entries = ArrayPool<HeartbeatEntry>.Shared.Rent(FrameLimits.MaxHeartbeatEntries);
        using var frames = outbox.Open();
        var count = 0;
        foreach (var channel in channels)
        {
            if (count == FrameLimits.MaxHeartbeatEntries)
            {
                frames.Heartbeat(FrameFlags.Continued, beat, session, clock, entries.AsSpan(0, count), settings);
                count = 0;
            }

            entries[count++] = channel.ToHeartbeatEntry();
        }

        frames.Heartbeat(FrameFlags.None, beat, session, clock, entries.AsSpan(0, count), settings);
        ArrayPool<HeartbeatEntry>.Shared.Return(entries);
    }
}
