using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Gateway.Relay;

/// <summary>The gateway's side of each connector group that apps are published through.</summary>
internal sealed class GroupRelays
{
    private readonly ConcurrentDictionary<string, GroupRelay> _groups = new(StringComparer.OrdinalIgnoreCase);

    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _underWay;
    private volatile bool _isClosed;

    public IEnumerable<GroupRelay> All => _groups.Values;

    public bool TryGet(string group, [NotNullWhen(true)] out GroupRelay? relay) => _groups.TryGetValue(group, out relay);

    public bool TryAdd(GroupRelay relay) => _groups.TryAdd(relay.Group, relay);

    /// <summary>Counts one more request as under way; false once the gateway stops. <see cref="Leave"/> must follow.</summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref _underWay);
        if (!_isClosed)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _underWay) == 0 && _isClosed)
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>Lets no more requests in. Completes when those that are under way are over.</summary>
    public Task CloseAsync()
    {
        Interlocked.Increment(ref _underWay);
        _isClosed = true;
        Leave();
        return _drained.Task;
    }
}
