using System.Text.Json.Serialization;

namespace AppProxy.Contracts.Identity;

/// <summary>What the gateway answers to a <see cref="ConnectorCall"/> that succeeds: a JWT of type <see cref="TokenType"/>, signed with the gateway's key.</summary>
internal sealed record GatewayAnswer
{
    public const string TokenType = "gateway-answer+jwt";

    /// <summary>The <see cref="ConnectorCall.Id"/> that it answers: an older answer is none to a newer call.</summary>
    [JsonPropertyName("inResponseTo")]
    public required string InResponseTo { get; init; }

    [JsonPropertyName("enrolled")]
    public EnrolledAnswer? Enrolled { get; init; }

    [JsonPropertyName("brokerAccess")]
    public BrokerAccessAnswer? BrokerAccess { get; init; }

    /// <summary>Answers <see cref="ConnectorPaths.Settings"/>.</summary>
    [JsonPropertyName("settings")]
    public ConnectorSettings? Settings { get; init; }

    /// <summary>Goes with an answer to <see cref="ConnectorPaths.Presence"/>: a hint that there are settings to be had.</summary>
    [JsonPropertyName("settingsVersion")]
    public long? SettingsVersion { get; init; }
}

/// <summary>Who a connector is from now on.</summary>
internal sealed record EnrolledAnswer
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Group { get; init; }
}

/// <summary>How a connector gets at its group's queues for the next minutes.</summary>
internal sealed record BrokerAccessAnswer
{
    /// <summary>An <c>amqps://</c> address of somebody else's broker; null: the gateway's own, as the connector knows it.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Tokens by the name of the entity, exactly those that the connector may use. Secret.</summary>
    public required IReadOnlyDictionary<string, string> Tokens { get; init; }

    /// <summary>How the broker reads them.</summary>
    public required Transport.Tokens.BrokerTokenKind Kind { get; init; }

    /// <summary>How long they are good, in seconds from now: whatever the connector's clock says.</summary>
    public required int LifetimeSeconds { get; init; }

    /// <summary>Whether the broker knows connectors by an identity of their own (Microsoft Entra ID): there are no tokens then.</summary>
    public bool IsOwnIdentity { get; init; }

    /// <summary>With somebody else's broker: the group's keys, for the connector only. Null: the broker is the gateway's own, and nothing is sealed.</summary>
    public Sealing.KeyEnvelope? GroupKeys { get; init; }
}
