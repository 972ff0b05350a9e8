namespace AppProxy.Gateway.Broker.Amqp.Authorization;

/// <summary>A named key and what its bearer may do; the words are those of Azure Service Bus.</summary>
internal sealed record SharedAccessAuthorizationRule
{
    public required string KeyName { get; init; }

    /// <summary>Text whose UTF-8 bytes sign tokens. Secret.</summary>
    public required string PrimaryKey { get; init; }

    /// <summary>Taken as well, so that keys can be rotated. Secret.</summary>
    public string? SecondaryKey { get; init; }

    /// <summary>The entity, with what lies below it, that the rule is for; null = the whole namespace.</summary>
    public string? Entity { get; init; }

    public EntityClaims Claims { get; init; }

    /// <summary>Without keys.</summary>
    public override string ToString() => $"{KeyName} ({Claims} on {Entity ?? "everything"})";
}
