using System.Text.Json.Serialization;

namespace AppProxy.Contracts.Identity;

/// <summary>
/// A connector's call to the gateway: the body of a POST, as a JWT of type <see cref="TokenType"/> signed with the connector's key. It is all that
/// authenticates a connector, so it works through whatever opens TLS on the way.
/// </summary>
internal sealed record ConnectorCall
{
    public const string TokenType = "connector-call+jwt";

    /// <summary>How long a call is good, from its <see cref="IssuedAt"/>; in seconds.</summary>
    public const int Lifetime = 60;

    /// <summary>How far the clocks of both sides may be apart, in seconds.</summary>
    public const int Skew = 30;

    /// <summary>Id of the connector; empty when it enrols.</summary>
    [JsonPropertyName("iss")]
    public required string Issuer { get; init; }

    /// <summary>Thumbprint of the gateway key that the connector has pinned: a call is good for one gateway, or those that share its store.</summary>
    [JsonPropertyName("aud")]
    public required string Audience { get; init; }

    /// <summary>Path of the request: a call is good for one thing.</summary>
    [JsonPropertyName("path")]
    public required string Path { get; init; }

    /// <summary>Names the call, and is good once.</summary>
    [JsonPropertyName("jti")]
    public required string Id { get; init; }

    /// <summary>Seconds since 1970, by the gateway's clock as the connector knows it.</summary>
    [JsonPropertyName("iat")]
    public required long IssuedAt { get; init; }

    /// <summary>One process start of the connector. The same key from two of them at once is a stolen key, or a copied disk.</summary>
    [JsonPropertyName("instance")]
    public required string Instance { get; init; }

    /// <summary>For <see cref="ConnectorPaths.Enroll"/>.</summary>
    [JsonPropertyName("enrollment")]
    public EnrollmentRequest? Enrollment { get; init; }

    /// <summary>For <see cref="ConnectorPaths.Key"/>: the next key, in a call of its own that it signed itself, so that nobody enrols a key that he has not got.</summary>
    [JsonPropertyName("nextKey")]
    public KeyRequest? NextKey { get; init; }

    /// <summary>For <see cref="ConnectorPaths.Token"/>: a key drawn for this call, for which the group's keys are encrypted (<see cref="Sealing.KeyEnvelope"/>).</summary>
    [JsonPropertyName("envelopeKey")]
    public PublicPoint? EnvelopeKey { get; init; }

    /// <summary>For <see cref="ConnectorPaths.Presence"/>.</summary>
    [JsonPropertyName("presence")]
    public PresenceReport? Presence { get; init; }
}

/// <summary>Who wants to be a connector.</summary>
internal sealed record EnrollmentRequest
{
    /// <summary>Id of the one-time token.</summary>
    public required string TokenId { get; init; }

    /// <summary>That one has the token (<see cref="EnrollmentToken.ProveFor"/>).</summary>
    public required string Proof { get; init; }

    /// <summary>The name that the connector would like to have.</summary>
    public required string Name { get; init; }

    /// <summary>Its public key: the point's coordinates in base64url.</summary>
    public required string X { get; init; }

    public required string Y { get; init; }
}

/// <summary>A connector's next public key, and its own signature over the connector's id, in base64url.</summary>
internal sealed record KeyRequest
{
    public required string X { get; init; }

    public required string Y { get; init; }

    public required string Signature { get; init; }
}
