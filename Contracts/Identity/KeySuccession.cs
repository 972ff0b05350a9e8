using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Contracts.Identity;

/// <summary>
/// A gateway key's word for the key that follows it, so that who pinned the one can go on to the other: a JWT of type
/// <c>key-succession+jwt</c>, signed with the older key, whose claim <c>jwk</c> is the newer public key (RFC 7517). It never expires: a
/// connector that slept for a year follows the chain.
/// </summary>
internal static class KeySuccession
{
    private const string TokenType = "key-succession+jwt";

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    public static string Write(SigningCredentials predecessor, JsonWebKey successor, DateTimeOffset now) => Handler.CreateToken(new SecurityTokenDescriptor
    {
        TokenType = TokenType,
        IssuedAt = now.UtcDateTime,
        SigningCredentials = predecessor,
        Claims = new Dictionary<string, object>
        {
            ["jwk"] = new Dictionary<string, object> { ["kty"] = successor.Kty, ["crv"] = successor.Crv, ["x"] = successor.X, ["y"] = successor.Y },
        },
    });

    /// <summary>The newest key to which a chain of such words leads from <paramref name="pinned"/>, which may be that key itself.</summary>
    /// <param name="pinned">The key that is trusted.</param>
    /// <param name="words">In any order, from anybody: what is not signed by a trusted key is passed over.</param>
    public static async Task<JsonWebKey> FollowAsync(JsonWebKey pinned, IReadOnlyCollection<string> words)
    {
        // Each step uses up one word: a ring of them ends too.
        var left = words.ToList();
        while (true)
        {
            var (word, next) = await FindNextAsync(pinned, left);
            if (next is null)
            {
                return pinned;
            }

            left.Remove(word!);
            pinned = next;
        }
    }

    private static async Task<(string? Word, JsonWebKey? Next)> FindNextAsync(JsonWebKey pinned, List<string> words)
    {
        foreach (var word in words)
        {
            var result = await Handler.ValidateTokenAsync(word, new TokenValidationParameters
            {
                IssuerSigningKey = pinned,
                ValidTypes = [TokenType],
                ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
                ValidateIssuer = false,
                ValidateAudience = false,
                ValidateLifetime = false,
                RequireExpirationTime = false,
            });
            if (result.IsValid && result.SecurityToken is JsonWebToken token && token.TryGetPayloadValue<JsonElement>("jwk", out var key) && PublicKeys.TryRead(key, out var next))
            {
                return (word, next);
            }
        }

        return (null, null);
    }
}
