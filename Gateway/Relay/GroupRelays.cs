using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Gateway.Relay;

/// <summary>The gateway's side of each connector group that apps are published through.</summary>
internal sealed class GroupRelays
{
    private readonly ConcurrentDictionary<string, GroupRelay> _groups = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<GroupRelay> All => _groups.Values;

    public bool TryGet(string group, [NotNullWhen(true)] out GroupRelay? relay) => _groups.TryGetValue(group, out relay);

    public bool TryAdd(GroupRelay relay) => _groups.TryAdd(relay.Group, relay);
}
