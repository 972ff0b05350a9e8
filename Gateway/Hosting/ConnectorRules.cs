using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Connectors.Tokens;

namespace AppProxy.Gateway.Hosting;

/// <summary>What a connector's key opens: the three queues of its group, each in the one direction that a connector needs.</summary>
internal static class ConnectorRules
{
    public static SharedAccessAuthorizationRule For(string keyName, ConnectorKeyOptions key) => new()
    {
        KeyName = keyName,
        PrimaryKey = key.Key,
        Grants = ConnectorGrants.For(key.Group),
    };
}
