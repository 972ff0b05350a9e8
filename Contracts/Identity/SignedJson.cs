using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Contracts.Identity;

/// <summary>A document and its ES256 signature as one JWT (RFC 7519): whose payload is a type of ours, and whose header says which (RFC 8725 section 3.11).</summary>
/// <remarks>Says who signed, and nothing about time, audience or replay: those are claims of the document, for its reader.</remarks>
internal static class SignedJson
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false, MaximumTokenSizeInBytes = MaxLength };

    /// <summary>Longest token taken, in octets: a settings snapshot of ten thousand apps, and not more than one wants to hash for a stranger.</summary>
    private const int MaxLength = 16 * 1024 * 1024;

    /// <summary>Signs <paramref name="document"/>.</summary>
    /// <param name="document">The payload.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="tokenType">Header <c>typ</c>: a token for one purpose is none for another.</param>
    /// <param name="credentials">An ES256 key, whose id goes into header <c>kid</c>.</param>
    public static string Sign<T>(T document, JsonTypeInfo<T> type, string tokenType, SigningCredentials credentials)
        => Handler.CreateToken(JsonSerializer.Serialize(document, type), credentials, new Dictionary<string, object> { ["typ"] = tokenType });

    /// <summary>Id of the key that a token says it is signed with, unverified; null when it is no token.</summary>
    public static string? KeyIdOf(string token)
    {
        try
        {
            return token.Length <= MaxLength ? Handler.ReadJsonWebToken(token).Kid : null;
        }
        catch (Exception exception) when (exception is ArgumentException or SecurityTokenMalformedException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The document, unverified: to learn whose key to verify it with. Null when there is none.</summary>
    public static T? Peek<T>(string token, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return token.Length <= MaxLength ? Read(Handler.ReadJsonWebToken(token), type) : null;
        }
        catch (Exception exception) when (exception is ArgumentException or SecurityTokenMalformedException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The document, when one of <paramref name="keys"/> signed it as a <paramref name="tokenType"/>; else null.</summary>
    public static async ValueTask<T?> VerifyAsync<T>(string token, JsonTypeInfo<T> type, string tokenType, params IEnumerable<SecurityKey> keys)
        where T : class
    {
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKeys = keys,
            ValidTypes = [tokenType],
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
            RequireExpirationTime = false,
        });
        try
        {
            return result.IsValid ? Read((JsonWebToken)result.SecurityToken, type) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static T? Read<T>(JsonWebToken token, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(token.EncodedPayload)), type);
}
