using System.Collections.Concurrent;

namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>Connectors that lost their rights while tokens of theirs are still good.</summary>
internal sealed class ShutOutConnectors
{
    private readonly ConcurrentDictionary<string, bool> _ids = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, bool> _guids = new();

    public bool Contains(string id) => _ids.ContainsKey(id);

    /// <summary>As it is in sealed messages.</summary>
    public bool Contains(Guid id) => !_guids.IsEmpty && _guids.ContainsKey(id);

    /// <summary>False when it was there before.</summary>
    public bool Add(string id)
    {
        if (Guid.TryParse(id, out var guid))
        {
            _guids.TryAdd(guid, true);
        }

        return _ids.TryAdd(id, true);
    }
}
