using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Contracts.Identity;

/// <summary>Public keys as they cross the wire: P-256 points as JSON Web Keys (RFC 7518 section 6.2), named by their thumbprint (RFC 7638).</summary>
internal static class PublicKeys
{
    private const int CoordinateLength = 32;
    private const int ThumbprintLength = 43;

    /// <summary>SHA-256 thumbprint in base64url, 43 characters: equal only for equal keys.</summary>
    public static string ThumbprintOf(JsonWebKey key) => Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());

    /// <summary>Whether a text can be such a thumbprint.</summary>
    public static bool IsThumbprint(string text)
    {
        try
        {
            return text.Length == ThumbprintLength && Base64UrlEncoder.DecodeBytes(text).Length == CoordinateLength;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>Takes a key of the one kind that we use, and nothing beside its point; its id becomes its thumbprint.</summary>
    public static bool TryRead(JsonElement json, [NotNullWhen(true)] out JsonWebKey? key)
    {
        key = null;
        if (json.ValueKind != JsonValueKind.Object || Text(json, "kty") != JsonWebAlgorithmsKeyTypes.EllipticCurve || Text(json, "crv") != JsonWebKeyECTypes.P256
            || Text(json, "x") is not { } x || Text(json, "y") is not { } y)
        {
            return false;
        }

        return TryCreate(x, y, out key);
    }

    /// <summary>As <see cref="TryRead"/>, of the point's coordinates in base64url. A point that is not on the curve is refused.</summary>
    public static bool TryCreate(string x, string y, [NotNullWhen(true)] out JsonWebKey? key)
    {
        key = null;
        try
        {
            var point = new ECPoint { X = Base64UrlEncoder.DecodeBytes(x), Y = Base64UrlEncoder.DecodeBytes(y) };
            if (point.X.Length != CoordinateLength || point.Y.Length != CoordinateLength)
            {
                return false;
            }

            using var checkedByTheSystem = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point });
            key = From(point);
            return true;
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The public half.</summary>
    public static JsonWebKey From(ECDsa key) => From(key.ExportParameters(includePrivateParameters: false).Q);

    private static JsonWebKey From(ECPoint point)
    {
        var key = new JsonWebKey
        {
            Kty = JsonWebAlgorithmsKeyTypes.EllipticCurve,
            Crv = JsonWebKeyECTypes.P256,
            X = Base64UrlEncoder.Encode(point.X),
            Y = Base64UrlEncoder.Encode(point.Y),
            Use = JsonWebKeyUseNames.Sig,
            Alg = SecurityAlgorithms.EcdsaSha256,
        };
        key.Kid = ThumbprintOf(key);
        return key;
    }

    private static string? Text(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
