namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>Connectors that are known as long as the process lives: the demo's, and tests'.</summary>
internal sealed class MemoryConnectorStore : IConnectorStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, EnrollmentTokenRecord> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PresenceRecord> _presence = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConnectorRecord> _connectors = new(StringComparer.Ordinal);

    public Task AddTokenAsync(EnrollmentTokenRecord token, CancellationToken cancellationToken) => Locked(() => _tokens[token.Id] = token);

    public Task<EnrollmentTokenRecord?> FindTokenAsync(string id, CancellationToken cancellationToken) => Locked(() => _tokens.GetValueOrDefault(id));

    public Task<ConnectorRecord?> EnrollAsync(string tokenId, ConnectorRecord connector, CancellationToken cancellationToken) => Locked(() =>
    {
        if (!_tokens.TryGetValue(tokenId, out var token) || token.UsesLeft < 1)
        {
            return null;
        }

        foreach (var revoked in _connectors.Values.Where(other => !other.IsActive && ConnectorNames.AreSame(other.Name, connector.Name)).ToList())
        {
            _connectors[revoked.Id] = revoked with { Name = ConnectorNames.Retire(revoked.Name, revoked.Id) };
            _presence.Remove(revoked.Id);
        }

        _tokens[tokenId] = token with { UsesLeft = token.UsesLeft - 1 };
        return _connectors[connector.Id] = connector with { Name = ConnectorNames.MakeUnique(connector.Name, _connectors.Values.Select(static other => other.Name)) };
    });

    public Task<ConnectorRecord?> FindAsync(string id, CancellationToken cancellationToken) => Locked(() => _connectors.GetValueOrDefault(id));

    public Task<IReadOnlyList<ConnectorRecord>> ListAsync(CancellationToken cancellationToken)
        => Locked<IReadOnlyList<ConnectorRecord>>(() => [.. _connectors.Values.OrderBy(static connector => connector.Name, StringComparer.Ordinal)]);

    public Task<IReadOnlyList<ConnectorRecord>> ListShutOutAsync(CancellationToken cancellationToken)
        => Locked<IReadOnlyList<ConnectorRecord>>(() => [.. _connectors.Values.Where(static connector => !connector.IsActive)]);

    public Task SavePresenceAsync(string id, PresenceRecord presence, CancellationToken cancellationToken)
        => Locked(() => _connectors.ContainsKey(id) ? _presence[id] = presence : null);

    public Task<IReadOnlyDictionary<string, PresenceRecord>> ListPresenceAsync(CancellationToken cancellationToken)
        => Locked<IReadOnlyDictionary<string, PresenceRecord>>(() => _presence.Where(seen => _connectors.ContainsKey(seen.Key)).ToDictionary());

    public Task<ConnectorRecord?> UpdateAsync(string id, Func<ConnectorRecord, ConnectorRecord> change, CancellationToken cancellationToken)
        => Locked(() => _connectors.TryGetValue(id, out var connector) ? _connectors[id] = change(connector) : null);

    private Task<T> Locked<T>(Func<T> use)
    {
        lock (_gate)
        {
            return Task.FromResult(use());
        }
    }
}
