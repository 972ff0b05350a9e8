namespace AppProxy.Contracts.Transport.Tokens;

/// <summary>What proves to a broker that its bearer may use an entity.</summary>
/// <param name="Value">The token itself. Secret: never logged.</param>
/// <param name="Kind">How the broker reads it.</param>
/// <param name="ExpiresAt">When it ends, by the clock of who made it.</param>
public sealed record BrokerToken(string Value, BrokerTokenKind Kind, DateTimeOffset ExpiresAt)
{
    /// <summary>The kind of token only: the value stays out of logs.</summary>
    public override string ToString() => $"{Kind} until {ExpiresAt:O}";
}

/// <summary>Kinds of token that Azure Service Bus takes over claims-based security.</summary>
public enum BrokerTokenKind
{
    /// <summary>A shared access signature (put-token type servicebus.windows.net:sastoken).</summary>
    SharedAccessSignature,

    /// <summary>A JSON Web Token, of Microsoft Entra for instance (put-token type jwt).</summary>
    JsonWebToken,
}
