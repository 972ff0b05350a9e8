using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Tokens;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Connectors.Roster;

namespace AppProxy.Gateway.Connectors.Tokens;

/// <summary>
/// Access to an Azure Service Bus namespace: shared access signatures made with rules that the operator put on each queue of a group, Listen on
/// requests and uplinks, Send on replies. The namespace itself then holds a connector to its group. Where the gateway has an identity there and no
/// such rules, connectors are to have one too.
/// </summary>
/// <param name="endpoint">An <c>amqps://</c> address.</param>
/// <param name="rules">By group.</param>
/// <param name="time">Clock.</param>
/// <param name="usesWorkloadIdentity">How the gateway signs in.</param>
internal sealed class NamespaceBrokerAccess(Uri endpoint, IReadOnlyDictionary<string, GroupRuleOptions> rules, TimeProvider time, bool usesWorkloadIdentity = false) : IBrokerAccess
{
    public BrokerAccessAnswer Grant(ConnectorRecord connector)
    {
        if (!rules.TryGetValue(connector.Group, out var rule) || !rule.HasRules)
        {
            if (usesWorkloadIdentity)
            {
                return new BrokerAccessAnswer
                {
                    Endpoint = endpoint.ToString(),
                    Kind = BrokerTokenKind.JsonWebToken,
                    LifetimeSeconds = (int)BrokerGrant.Lifetime.TotalSeconds,
                    Tokens = new Dictionary<string, string>(),
                    IsOwnIdentity = true,
                };
            }

            throw new CallRefusedException(
                CallFault.NotAvailable,
                $"The gateway has no rules for the queues of group '{connector.Group}' (Gateway:ServiceBusRules:{connector.Group}): connectors of this group need Connector:Broker:ConnectionString.");
        }

        var expiresAt = time.GetUtcNow() + BrokerGrant.Lifetime;
        return new BrokerAccessAnswer
        {
            Endpoint = endpoint.ToString(),
            Kind = BrokerTokenKind.SharedAccessSignature,
            LifetimeSeconds = (int)BrokerGrant.Lifetime.TotalSeconds,
            Tokens = new Dictionary<string, string>
            {
                [EntityNames.Requests(connector.Group)] = Sign(EntityNames.Requests(connector.Group), rule.RequestsKey),
                [EntityNames.Uplinks(connector.Group)] = Sign(EntityNames.Uplinks(connector.Group), rule.UplinksKey),
                [EntityNames.Replies(connector.Group)] = Sign(EntityNames.Replies(connector.Group), rule.RepliesKey),
            },
        };

        string Sign(string entity, string key) => SharedAccessSignature.Create($"amqps://{endpoint.Host}/{entity}", rule.KeyName, key, expiresAt);
    }
}
