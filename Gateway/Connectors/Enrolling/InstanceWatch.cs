using System.Collections.Concurrent;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Connectors.Roster;

namespace AppProxy.Gateway.Connectors.Enrolling;

/// <summary>
/// Notices a key that is used from two places at once: a process start that calls again after another one took its place was not replaced but
/// joined. A restart never looks like that.
/// </summary>
internal sealed partial class InstanceWatch(IConnectorStore store, ConnectorAccessOptions options, TimeProvider time, ILogger<InstanceWatch> logger)
{
    /// <summary>Two that share a key call in turns, every second: told is that they do, and not each time.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Connector, bool IsRetired), long> _toldAt = new();

    /// <exception cref="CallRefusedException">It is the case, and is blocked.</exception>
    public async Task NoteAsync(ConnectorRecord connector, string instance, CancellationToken cancellationToken)
    {
        if (connector.Instances is [var present, ..] && present == instance)
        {
            return;
        }

        var isShared = false;
        await store.UpdateAsync(
            connector.Id,
            other =>
            {
                isShared = other.Instances.Skip(1).Contains(instance);
                return other with
                {
                    Instances = [instance, .. other.Instances.Where(before => before != instance).Take(ConnectorRecord.MaxInstances - 1)],
                    BlockedAt = isShared && options.BlockSharedKeys ? time.GetUtcNow() : other.BlockedAt,
                };
            },
            cancellationToken);
        if (!isShared)
        {
            return;
        }

        if (IsToBeTold(connector, isRetired: false))
        {
            LogShared(connector.Name, connector.Id, options.BlockSharedKeys ? "is blocked" : "goes on, since Gateway:Connectors:BlockSharedKeys is off");
        }

        if (options.BlockSharedKeys)
        {
            throw new CallRefusedException(CallFault.ConnectorBlocked, $"The key of connector '{connector.Name}' is used from two places at once: it is blocked. Enrol it again, with a new token and --replace.");
        }
    }

    /// <summary>Somebody signed with the key that the connector had before its present one. It got nothing for it.</summary>
    public void NoteRetired(ConnectorRecord connector)
    {
        if (IsToBeTold(connector, isRetired: true))
        {
            LogRetired(connector.Name, connector.Id);
        }
    }

    private bool IsToBeTold(ConnectorRecord connector, bool isRetired)
    {
        var now = time.GetTimestamp();
        var about = (connector.Id, isRetired);
        return _toldAt.TryGetValue(about, out var before)
            ? time.GetElapsedTime(before, now) >= Silence && _toldAt.TryUpdate(about, now, before)
            : _toldAt.TryAdd(about, now);
    }

    [LoggerMessage(4313, LogLevel.Warning, "SECURITY: the key of connector '{Name}' ({Id}) is used from two places at once; somebody may have copied it. It {Consequence}")]
    private partial void LogShared(string name, string id, string consequence);

    [LoggerMessage(4314, LogLevel.Warning, "SECURITY: a call is signed with a key that connector '{Name}' ({Id}) replaced by another; an old copy of its identity is in use, or an image of its machine was restored. The call is refused")]
    private partial void LogRetired(string name, string id);
}
