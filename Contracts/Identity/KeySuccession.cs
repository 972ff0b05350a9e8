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
        // Who pinned a thumbprint needs the key to it, and the gateway tells old keys no more.
        AdditionalHeaderClaims = predecessor.Key is ECDsaSecurityKey key ? new Dictionary<string, object> { ["jwk"] = Describe(PublicKeys.From(key.ECDsa)) } : null,
        Claims = new Dictionary<string, object>
        {
            ["jwk"] = Describe(successor),
        },
    });

    /// <summary>The key that a word says it is signed with, unverified: for who knows its thumbprint. Null when it does not say.</summary>
    public static JsonWebKey? SignerOf(string word)
    {
        try
        {
            return Handler.ReadJsonWebToken(word).TryGetHeaderValue<JsonElement>("jwk", out var json) && PublicKeys.TryRead(json, out var key) ? key : null;
        }
        catch (Exception exception) when (exception is ArgumentException or SecurityTokenMalformedException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The newest key to which a chain of such words leads from <paramref name="pinned"/>, which may be that key itself.</summary>
    /// <param name="pinned">The key that is trusted.</param>
    /// <param name="words">In any order, from anybody: what is not signed by a trusted key is passed over.</param>
    public static async Task<JsonWebKey> FollowAsync(JsonWebKey pinned, IReadOnlyCollection<string> words) => (await FollowAllAsync(pinned, words))[^1];

    /// <summary>As <see cref="FollowAsync"/>, and every key on the way: <paramref name="pinned"/> first, the newest last.</summary>
    public static async Task<IReadOnlyList<JsonWebKey>> FollowAllAsync(JsonWebKey pinned, IReadOnlyCollection<string> words)
    {
        // Each step uses up one word: a ring of them ends too.
        var left = words.ToList();
        var chain = new List<JsonWebKey> { pinned };
        while (true)
        {
            var (word, next) = await FindNextAsync(chain[^1], left);
            if (next is null)
            {
                return chain;
            }

            left.Remove(word!);
            chain.Add(next);
        }
    }

    private static Dictionary<string, object> Describe(JsonWebKey key) => new() { ["kty"] = key.Kty, ["crv"] = key.Crv, ["x"] = key.X, ["y"] = key.Y };

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
