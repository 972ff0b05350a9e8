using AppProxy.Contracts.Frames;

namespace AppProxy.Contracts.Exchanges;

/// <summary>Collects a heartbeat's continued list until it is whole.</summary>
internal sealed class HeartbeatList
{
    private readonly Dictionary<(ExchangeId, Attempt), HeartbeatEntry> _entries = [];
    private uint _beat;
    private uint _whole;
    private bool _any;

    /// <summary>The exchanges of the whole list, by id and attempt.</summary>
    public IReadOnlyDictionary<(ExchangeId Exchange, Attempt Attempt), HeartbeatEntry> Entries => _entries;

    /// <summary>
    /// Beats that may be sent again at most, behind a link that was lost: what is older than this is a peer that counts anew, because
    /// it had forgotten us.
    /// </summary>
    private const uint SentAgain = 40;

    /// <summary>Adds a frame; true when the list is whole. A beat that was whole before says nothing about what began after it.</summary>
    public bool Add(in FrameHeader header, in Heartbeat heartbeat)
    {
        if (_any && _whole - header.Sequence <= SentAgain)
        {
            return false;
        }

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

        if (header.Flags.HasFlag(FrameFlags.Continued))
        {
            return false;
        }

        _any = true;
        _whole = header.Sequence;
        return true;
    }
}
