using AppProxy.Contracts.Frames;

namespace AppProxy.Contracts.Exchanges;

/// <summary>Collects a heartbeat's continued list until it is whole.</summary>
internal sealed class HeartbeatList
{
    private readonly Dictionary<(ExchangeId, Attempt), HeartbeatEntry> _entries = [];
    private uint _beat;

    /// <summary>The exchanges of the whole list, by id and attempt.</summary>
    public IReadOnlyDictionary<(ExchangeId Exchange, Attempt Attempt), HeartbeatEntry> Entries => _entries;

    /// <summary>Adds a frame; true when the list is whole.</summary>
    public bool Add(in FrameHeader header, in Heartbeat heartbeat)
    {
        if (header.Sequence != _beat)
        {
            _entries.Clear();
            _beat = header.Sequence;
        }

        for (var i = 0; i < heartbeat.Count; i++)
        {
            var entry = heartbeat[i];
            _entries[(entry.Exchange, entry.Attempt)] = entry;
        }

        return !header.Flags.HasFlag(FrameFlags.Continued);
    }
}
