using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Amqp.Authorization;

namespace AppProxy.Gateway.Hosting;

/// <summary>What a connector's key opens: the three queues of its group, each in the one direction that a connector needs.</summary>
internal static class ConnectorRules
{
    public static SharedAccessAuthorizationRule For(string keyName, ConnectorKeyOptions key) => new()
    {
        KeyName = keyName,
        PrimaryKey = key.Key,
        Grants =
        [
            new EntityGrant(EntityNames.Requests(key.Group), EntityClaims.Listen),
            new EntityGrant(EntityNames.Uplinks(key.Group), EntityClaims.Listen),
            new EntityGrant(EntityNames.Replies(key.Group), EntityClaims.Send),
        ],
    };
}
