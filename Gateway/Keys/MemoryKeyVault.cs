namespace AppProxy.Gateway.Keys;

/// <summary>Keys that live as long as the process: the demo's, and tests'.</summary>
internal sealed class MemoryKeyVault : ISigningKeyVault
{
    private readonly Lock _gate = new();
    private readonly List<StoredSigningKey> _keys = [];

    public string Name => "the memory of this process";

    public Task<IReadOnlyList<StoredSigningKey>> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<StoredSigningKey>>([.. _keys]);
        }
    }

    public Task<bool> TryAddAsync(StoredSigningKey key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_keys.Exists(other => other.Sequence == key.Sequence))
            {
                return Task.FromResult(false);
            }

            _keys.Add(key);
            return Task.FromResult(true);
        }
    }

    public Task EraseBeforeAsync(int sequence, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            for (var i = 0; i < _keys.Count; i++)
            {
                _keys[i] = _keys[i].Sequence < sequence ? _keys[i] with { PrivateKey = null } : _keys[i];
            }
        }

        return Task.CompletedTask;
    }
}
