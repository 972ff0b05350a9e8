using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Transport.Tokens;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Keys;

namespace AppProxy.Gateway.Connectors.Tokens;

/// <summary>Access to the embedded broker: one signed grant, which is put for each of the entities.</summary>
internal sealed class EmbeddedBrokerAccess(SigningKeys keys, TimeProvider time) : IBrokerAccess
{
    public BrokerAccessAnswer Grant(ConnectorRecord connector)
    {
        var grant = new BrokerGrant { Connector = connector.Id, Group = connector.Group, ExpiresAt = (time.GetUtcNow() + BrokerGrant.Lifetime).ToUnixTimeSeconds() };
        var token = SignedJson.Sign(grant, BrokerGrantJsonContext.Default.BrokerGrant, BrokerGrant.TokenType, keys.Current.Credentials);
        return new BrokerAccessAnswer
        {
            Tokens = ConnectorGrants.For(connector.Group).ToDictionary(static entity => entity.Entity, _ => token),
            Kind = BrokerTokenKind.JsonWebToken,
            LifetimeSeconds = (int)BrokerGrant.Lifetime.TotalSeconds,
        };
    }
}
