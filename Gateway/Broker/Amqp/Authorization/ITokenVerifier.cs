using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Gateway.Broker.Amqp.Authorization;

/// <summary>Reads tokens of another kind than shared access signatures. Called for each token that is put: it must not wait.</summary>
internal interface ITokenVerifier
{
    /// <summary>False for a token that is not genuine, or whose bearer is shut out. Says nothing about its expiry.</summary>
    bool TryVerify(string token, [NotNullWhen(true)] out VerifiedToken? verified);

    /// <summary>Whether a bearer has lost all rights.</summary>
    bool IsShutOut(string bearer);
}

/// <summary>What a genuine token says.</summary>
/// <param name="Bearer">Whose it is: what <see cref="AmqpBroker.ShutOut"/> names.</param>
/// <param name="Grants">What its bearer may do.</param>
/// <param name="ExpiresAt">Until when.</param>
internal sealed record VerifiedToken(string Bearer, IReadOnlyList<EntityGrant> Grants, DateTimeOffset ExpiresAt);
