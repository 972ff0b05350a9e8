using System.Text.Json.Serialization;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Contracts.Identity;

/// <summary>The gateway's public keys, for who knows one of them: worth nothing without a pin.</summary>
internal sealed record GatewayKeys
{
    /// <summary>Keys that are accepted now.</summary>
    public required IReadOnlyList<PublicPoint> Keys { get; init; }

    /// <summary>Older keys' words for newer ones (<see cref="KeySuccession"/>).</summary>
    public required IReadOnlyList<string> Successions { get; init; }

    /// <summary>The key of a thumbprint, which is equal only for equal keys, whoever tells it: one that is accepted, or one that was, long ago. Null when there is none.</summary>
    public JsonWebKey? Find(string thumbprint) =>
        Keys.Select(static point => point is not null && PublicKeys.TryCreate(point.X, point.Y, out var key) ? key : null)
            .Concat(Successions.Select(KeySuccession.SignerOf))
            .FirstOrDefault(key => key?.Kid == thumbprint);
}

/// <summary>A P-256 public key: coordinates in base64url (RFC 7518 section 6.2.1).</summary>
internal sealed record PublicPoint([property: JsonRequired] string X, [property: JsonRequired] string Y);

/// <summary>Public keys as others read them: a JWK Set (RFC 7517 section 5).</summary>
internal sealed record KeySet(IReadOnlyList<PublishedKey> Keys);

/// <summary>One key of it, named by its thumbprint.</summary>
internal sealed record PublishedKey(string Kty, string Crv, string X, string Y, string Use, string Alg, string Kid);
