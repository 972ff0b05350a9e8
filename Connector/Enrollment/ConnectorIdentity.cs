using System.Security.Cryptography;
using System.Text.Json.Serialization;
using AppProxy.Contracts.Identity;

namespace AppProxy.Connector.Enrollment;

/// <summary>Who this connector is, all that it keeps on disk. Private keys are as <see cref="IKeyProtection"/> leaves them.</summary>
internal sealed record ConnectorIdentity
{
    public required Uri Gateway { get; init; }

    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Group { get; init; }

    /// <summary>The gateway's signing key: the one that the token named, or a later one that it vouched for.</summary>
    public required PublicPoint GatewayKey { get; init; }

    /// <summary>Secret.</summary>
    public required string PrivateKey { get; init; }

    public required DateTimeOffset KeyCreatedAt { get; init; }

    /// <summary>The next key, from before the gateway is asked to take it until it has. Secret.</summary>
    public string? NextPrivateKey { get; init; }

    /// <summary>Without the keys.</summary>
    public override string ToString() => $"{Name} ({Id}) of group '{Group}' at {Gateway}";

    public static ECDsa CreateKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(ConnectorIdentity))]
[JsonSerializable(typeof(PendingKey))]
internal sealed partial class ConnectorIdentityJsonContext : JsonSerializerContext;
