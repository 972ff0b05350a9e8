using System.Diagnostics.CodeAnalysis;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Gateway.Keys;

namespace AppProxy.Gateway.Connectors.Tokens;

/// <summary>Reads connectors' tokens for the embedded broker.</summary>
internal sealed class BrokerGrantVerifier(SigningKeys keys, ShutOutConnectors shutOut) : ITokenVerifier
{
    public bool IsShutOut(string bearer) => shutOut.Contains(bearer);

    public bool TryVerify(string token, [NotNullWhen(true)] out VerifiedToken? verified)
    {
        // With keys at hand nothing in there waits for anything.
        var grant = SignedJson.VerifyAsync(token, BrokerGrantJsonContext.Default.BrokerGrant, BrokerGrant.TokenType, keys.Accepted.Select(static key => key.Key))
            .AsTask().GetAwaiter().GetResult();
        verified = grant is null || IsShutOut(grant.Connector)
            ? null
            : new VerifiedToken(grant.Connector, ConnectorGrants.For(grant.Group), DateTimeOffset.FromUnixTimeSeconds(grant.ExpiresAt));
        return verified is not null;
    }
}
