using System.Collections.Concurrent;
using System.Security.Cryptography;
using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Connectors.Roster;

namespace AppProxy.Gateway.Connectors.Sealing;

/// <summary>Sealing on a broker of somebody else's: for this gateway's own transports, and what connectors need for theirs.</summary>
internal sealed class GroupSeals(GroupKeys keys, IRefusalCounter counter, TimeProvider time, ILogger<GroupSeal> logger, ShutOutConnectors? shutOut = null)
{
    private readonly ConcurrentDictionary<string, GroupSeal> _seals = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The group's, with a key.</summary>
    /// <exception cref="GroupKeyException">It can have none.</exception>
    /// <exception cref="Storage.StoreException">The store cannot be used.</exception>
    public async Task<GroupSeal> OfAsync(string group, CancellationToken cancellationToken)
    {
        await keys.EnsureAsync(group, cancellationToken);
        return _seals.GetOrAdd(group, name => new GroupSeal(name, new GatewaySealingKeys(name, keys, shutOut, time), counter, logger));
    }

    /// <summary>The group's keys for one connector, for its eyes only.</summary>
    /// <exception cref="CallRefusedException">It did not say how.</exception>
    public async Task<KeyEnvelope> GrantAsync(ConnectorRecord connector, ConnectorCall call, CancellationToken cancellationToken)
    {
        if (call.EnvelopeKey is not { } receiver)
        {
            throw new CallRefusedException(CallFault.BadRequest, "The broker is somebody else's, and frames are sealed there, of which this connector knows nothing: update it.");
        }

        try
        {
            await keys.EnsureAsync(connector.Group, cancellationToken);
            var id = Guid.Parse(connector.Id);
            return KeyEnvelope.Close(new HeldKeys(time.GetUtcNow().ToUnixTimeSeconds(), [.. keys.Of(connector.Group).Select(key => key.For(id))]), receiver, call.Id);
        }
        catch (GroupKeyException none)
        {
            throw new CallRefusedException(CallFault.NotAvailable, none.Message);
        }
        catch (CryptographicException)
        {
            throw new CallRefusedException(CallFault.BadRequest, "The call's envelope key is none.");
        }
    }
}
