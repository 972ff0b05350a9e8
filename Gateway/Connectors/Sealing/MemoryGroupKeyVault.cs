namespace AppProxy.Gateway.Connectors.Sealing;

/// <summary>Keys that live as long as the process: tests'.</summary>
internal sealed class MemoryGroupKeyVault : IGroupKeyVault
{
    private readonly Lock _gate = new();
    private List<GroupKey> _keys = [];

    public Task<IReadOnlyList<GroupKey>> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<GroupKey>>([.. _keys]);
        }
    }

    public Task<bool> TryAddAsync(GroupKey key, DateTimeOffset othersEndAt, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_keys.Exists(other => other.Group == key.Group && other.Sequence == key.Sequence))
            {
                return Task.FromResult(false);
            }

            _keys = [.. _keys.Select(other => string.Equals(other.Group, key.Group, StringComparison.OrdinalIgnoreCase) && !(other.EndsAt < othersEndAt) ? other with { EndsAt = othersEndAt } : other), key];
            return Task.FromResult(true);
        }
    }

    public Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _keys = [.. _keys.Where(key => !(key.EndsAt < before))];
        }

        return Task.CompletedTask;
    }
}
