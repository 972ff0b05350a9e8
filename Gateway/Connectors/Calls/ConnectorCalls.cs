using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Connectors.Enrolling;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Connectors.Settings;
using AppProxy.Gateway.Connectors.Tokens;

namespace AppProxy.Gateway.Connectors.Calls;

/// <summary>What a connector may ask of the gateway. Every method throws <see cref="CallRefusedException"/>.</summary>
internal sealed class ConnectorCalls(CallReader reader, ConnectorEnrollment enrollment, KeyChange keyChange, IBrokerAccess access, IConnectorStore store, GroupSettings settings, TimeProvider time, GroupSeals? seals = null)
{
    public async Task<GatewayAnswer> EnrollAsync(string body, CancellationToken cancellationToken)
    {
        var (call, key) = await reader.ReadEnrollmentAsync(body);
        var token = await enrollment.ProveAsync(call.Enrollment!, key, cancellationToken);
        reader.EnterEnrollment(call, key);
        var connector = await enrollment.EnrollAsync(token, call.Enrollment!, key, cancellationToken);
        return new GatewayAnswer { InResponseTo = call.Id, Enrolled = new EnrolledAnswer { Id = connector.Id, Name = connector.Name, Group = connector.Group } };
    }

    public async Task<GatewayAnswer> GrantAccessAsync(string body, CancellationToken cancellationToken)
    {
        var (call, connector) = await reader.ReadAsync(body, ConnectorPaths.Token, cancellationToken);
        var granted = access.Grant(connector);
        if (seals is not null)
        {
            granted = granted with { GroupKeys = await seals.GrantAsync(connector, call, cancellationToken) };

            // Whoever revokes a connector and gives its group a new key does it in this order: who was still good when the call came may get that key no more.
            CallReader.CheckStanding(await store.FindAsync(connector.Id, cancellationToken));
        }

        return new GatewayAnswer { InResponseTo = call.Id, BrokerAccess = granted };
    }

    public async Task<GatewayAnswer> NotePresenceAsync(string body, CancellationToken cancellationToken)
    {
        var (call, connector) = await reader.ReadAsync(body, ConnectorPaths.Presence, cancellationToken);
        if (call.Presence is not { } report)
        {
            throw new CallRefusedException(CallFault.BadRequest, "The call says nothing about how the connector is.");
        }

        var taken = PresenceIntake.Take(report, app => settings.Has(connector.Group, app));
        await store.SavePresenceAsync(connector.Id, new PresenceRecord(taken, time.GetUtcNow()), cancellationToken);
        return new GatewayAnswer { InResponseTo = call.Id, SettingsVersion = settings.Version };
    }

    /// <param name="token">The call.</param>
    /// <param name="isKnown">Whether the connector has settings of this version.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null where there are no others than it has.</returns>
    public async Task<GatewayAnswer?> ReadSettingsAsync(string token, Func<long, bool> isKnown, CancellationToken cancellationToken)
    {
        var (call, connector) = await reader.ReadAsync(token, ConnectorPaths.Settings, cancellationToken);
        if (isKnown(settings.Version))
        {
            return null;
        }

        return new GatewayAnswer { InResponseTo = call.Id, Settings = settings.For(connector) };
    }

    public async Task<GatewayAnswer> ChangeKeyAsync(string body, CancellationToken cancellationToken)
    {
        var (call, connector) = await reader.ReadAsync(body, ConnectorPaths.Key, cancellationToken);
        await keyChange.ChangeAsync(connector, call.NextKey, cancellationToken);
        return new GatewayAnswer { InResponseTo = call.Id };
    }
}
