namespace AppProxy.Gateway.Broker.Amqp.Authorization;

/// <summary>A named key and what its bearer may do; the words are those of Azure Service Bus.</summary>
internal sealed record SharedAccessAuthorizationRule
{
    public required string KeyName { get; init; }

    /// <summary>Text whose UTF-8 bytes sign tokens. Secret.</summary>
    public required string PrimaryKey { get; init; }

    /// <summary>Taken as well, so that keys can be rotated. Secret.</summary>
    public string? SecondaryKey { get; init; }

    /// <summary>What the key opens. One key may open several entities, as the same rule on each of them does in Azure Service Bus.</summary>
    public required IReadOnlyList<EntityGrant> Grants { get; init; }

    /// <summary>Without keys.</summary>
    public override string ToString() => $"{KeyName} ({string.Join(", ", Grants)})";
}
