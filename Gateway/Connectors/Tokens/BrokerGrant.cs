using System.Text.Json.Serialization;

namespace AppProxy.Gateway.Connectors.Tokens;

/// <summary>What the embedded broker reads in a connector's token: a JWT of type <see cref="TokenType"/>, signed with the gateway's key.</summary>
internal sealed record BrokerGrant
{
    public const string TokenType = "broker-grant+jwt";

    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>Id of the connector.</summary>
    [JsonPropertyName("sub")]
    public required string Connector { get; init; }

    /// <summary>Its group, which says what it may do (<see cref="ConnectorGrants"/>).</summary>
    [JsonPropertyName("group")]
    public required string Group { get; init; }

    /// <summary>Seconds since 1970.</summary>
    [JsonPropertyName("exp")]
    public required long ExpiresAt { get; init; }
}

[JsonSerializable(typeof(BrokerGrant))]
internal sealed partial class BrokerGrantJsonContext : JsonSerializerContext;
