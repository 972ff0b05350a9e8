using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Amqp.Authorization;

namespace AppProxy.Gateway.Connectors.Tokens;

/// <summary>What a connector may do: use the three queues of its group, each in the one direction that a connector needs.</summary>
internal static class ConnectorGrants
{
    public static IReadOnlyList<EntityGrant> For(string group) =>
    [
        new EntityGrant(EntityNames.Requests(group), EntityClaims.Listen),
        new EntityGrant(EntityNames.Uplinks(group), EntityClaims.Listen),
        new EntityGrant(EntityNames.Replies(group), EntityClaims.Send),
    ];
}
