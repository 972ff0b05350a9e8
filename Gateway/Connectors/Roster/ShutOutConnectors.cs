using System.Collections.Concurrent;

namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>Connectors that lost their rights while tokens of theirs are still good.</summary>
internal sealed class ShutOutConnectors
{
    private readonly ConcurrentDictionary<string, bool> _ids = new(StringComparer.Ordinal);

    public bool Contains(string id) => _ids.ContainsKey(id);

    /// <summary>False when it was there before.</summary>
    public bool Add(string id) => _ids.TryAdd(id, true);
}
