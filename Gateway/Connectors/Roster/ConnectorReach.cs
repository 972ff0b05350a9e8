using AppProxy.Gateway.Relay;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>What connectors' last reports say of apps. The store is read once a second at most, however many requests ask.</summary>
internal sealed partial class ConnectorReach(IConnectorStore store, TimeProvider time, ILogger<ConnectorReach> logger) : IConnectorReach, IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1);
    private IReadOnlyList<(string Group, PresenceRecord Presence)> _present = [];
    private long _readAt;

    public async ValueTask<IReadOnlyDictionary<Guid, bool>> ListAsync(string group, string app)
    {
        var reached = new Dictionary<Guid, bool>();
        foreach (var (ofGroup, presence) in await ReadAsync())
        {
            if (string.Equals(ofGroup, group, StringComparison.OrdinalIgnoreCase) && presence.Report.Uplink is { } uplink && presence.Report.Apps.TryGetValue(app, out var reach))
            {
                reached[uplink] = reach.IsReached;
            }
        }

        return reached;
    }

    public void Dispose() => _turn.Dispose();

    private async ValueTask<IReadOnlyList<(string Group, PresenceRecord Presence)>> ReadAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_readAt != 0 && time.GetElapsedTime(_readAt) < Fresh)
            {
                return _present;
            }

            _readAt = time.GetTimestamp();
            var now = time.GetUtcNow();
            var presence = await store.ListPresenceAsync(CancellationToken.None);
            _present = [.. (await store.ListAsync(CancellationToken.None))
                .Where(connector => connector is { RevokedAt: null, BlockedAt: null } && presence.TryGetValue(connector.Id, out var seen) && seen.IsOnline(now))
                .Select(connector => (connector.Group, presence[connector.Id]))];
        }
        catch (StoreException unusable)
        {
            // What was known is better than nothing; the instances that the relay knows itself are tried besides.
            LogUnreadable(unusable.Message);
        }
        finally
        {
            _turn.Release();
        }

        return _present;
    }

    [LoggerMessage(4323, LogLevel.Warning, "Which connectors reach an app cannot be seen: {Reason}")]
    private partial void LogUnreadable(string reason);
}
