using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Amqp.Authorization;

namespace AppProxy.Gateway.Hosting;

/// <summary>What a connector's key opens: the three queues of its group, each in the one direction that a connector needs.</summary>
internal static class ConnectorRules
{
    public static IEnumerable<SharedAccessAuthorizationRule> For(string keyName, ConnectorKeyOptions key) =>
    [
        Rule(keyName, key, EntityNames.Requests(key.Group), EntityClaims.Listen),
        Rule(keyName, key, EntityNames.Uplinks(key.Group), EntityClaims.Listen),
        Rule(keyName, key, EntityNames.Replies(key.Group), EntityClaims.Send),
    ];

    private static SharedAccessAuthorizationRule Rule(string keyName, ConnectorKeyOptions key, string entity, EntityClaims claims) =>
        new() { KeyName = keyName, PrimaryKey = key.Key, Entity = entity, Claims = claims };
}
