using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.SignIn.OpenIdConnect;
using AppProxy.Gateway.SignIn.Sessions;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AppProxy.Gateway.SignIn.Bearer;

/// <summary>
/// Checks access tokens of the provider (RFC 9068): issuer, keys and their rotation by the library, and what it cannot know here. What was
/// found is kept for a while, so that a token is one hash and one look-up for each request.
/// </summary>
internal sealed class BearerTokens(SignInOptions options, ClaimsReader claims, IOptionsMonitor<OpenIdConnectOptions> oidc, TimeProvider time)
{
    /// <summary>A key that the provider withdraws counts no longer than this.</summary>
    private static readonly TimeSpan Keep = TimeSpan.FromMinutes(5);

    private const int MostKept = 10_000;
    private const int LongestToken = 16 * 1024;

    /// <summary>Only with a key of the provider's own: a public key is no shared secret, and "none" is no signature.</summary>
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSsaPssSha512, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly JsonWebTokenHandler Tokens = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken };

    private readonly ConcurrentDictionary<TokenHash, Found> _found = new();

    /// <summary>The token of an Authorization field that may be one of ours.</summary>
    public static bool TryRead(HttpRequest request, [NotNullWhen(true)] out string? token)
    {
        var field = request.Headers.Authorization;
        token = field.Count == 1 && field[0] is { } value && value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? value[7..].Trim() : null;
        return token?.AsSpan().Count('.') is 2 or 4;
    }

    /// <returns>Who, or why not.</returns>
    public async ValueTask<(BearerCaller? Caller, string? Fault)> CheckAsync(string token, PublishedApp app)
    {
        if (token.Length > LongestToken)
        {
            return (null, "the token is too long");
        }

        var hash = Hash(token);
        if (!_found.TryGetValue(hash, out var found) || time.GetUtcNow() >= found.Until)
        {
            found = await CheckAsync(token);
            Remember(hash, found);
        }

        return found.Caller is { } caller
            ? IsFor(caller, app) ? (caller, null) : (null, "the token is for another audience")
            : (null, found.Fault);
    }

    private async Task<Found> CheckAsync(string token)
    {
        var result = await Tokens.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ConfigurationManager = (BaseConfigurationManager)oidc.Get(ProviderOptions.Scheme).ConfigurationManager!,
            ValidAlgorithms = Algorithms,
            ValidTypes = ["JWT", "at+jwt", "application/at+jwt"],
            // By app, since one token may be shown to several.
            ValidateAudience = false,
            RequireExpirationTime = true,
            LifetimeValidator = (notBefore, expires, _, _) =>
            {
                var now = time.GetUtcNow().UtcDateTime;
                return expires > now && (notBefore is not { } from || from <= now + TimeSpan.FromMinutes(1));
            },
        });
        var until = time.GetUtcNow() + Keep;
        if (!result.IsValid)
        {
            return new Found(null, Fault(result.Exception), until);
        }

        var said = result.ClaimsIdentity.Claims.ToList();
        var user = claims.Read(said);
        var isProgram = IsProgram(said, user);
        if (user.Scopes.Length == 0 && user.Roles.Length == 0 && !isProgram)
        {
            // An ID token says who somebody is to us; it is no leave to anybody who holds it.
            return new Found(null, "the token grants neither scope nor role", until);
        }

        if (!isProgram && options.RequiredScopes.Count > 0 && !user.Scopes.Intersect(options.RequiredScopes, StringComparer.Ordinal).Any())
        {
            return new Found(null, "the token has none of the scopes " + string.Join(", ", options.RequiredScopes), until);
        }

        var jwt = (JsonWebToken)result.SecurityToken;
        var expiresAt = new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero);
        return new Found(
            new BearerCaller(user with { IsServicePrincipal = isProgram }, [.. jwt.Audiences], claims.AuthenticatedAt(said), expiresAt, time),
            null,
            until < expiresAt ? until : expiresAt);
    }

    /// <summary>Client credentials: the subject is the client, or there are roles and no scopes that a person would have agreed to.</summary>
    private static bool IsProgram(List<System.Security.Claims.Claim> said, SignedInUser user) =>
        said.Exists(static claim => claim is { Type: "idtyp", Value: "app" })
        || said.Exists(claim => claim.Type is "client_id" or "azp" or "appid" && claim.Value == user.Subject)
        || (user.Scopes.Length == 0 && user.Roles.Length > 0);

    private bool IsFor(BearerCaller caller, PublishedApp app)
    {
        foreach (var audience in caller.Audiences)
        {
            if (audience == options.ClientId || (audience.StartsWith("api://", StringComparison.Ordinal) && audience.AsSpan(6).SequenceEqual(options.ClientId))
                || app.IdentifierUris.Contains(audience) || options.Audiences.Contains(audience))
            {
                return true;
            }
        }

        return false;
    }

    private void Remember(TokenHash hash, Found found)
    {
        if (_found.Count >= MostKept)
        {
            // Whoever floods us with tokens makes us check some again.
            _found.Clear();
        }

        _found[hash] = found;
    }

    private static TokenHash Hash(string token)
    {
        var octets = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(token.Length));
        var length = Encoding.UTF8.GetBytes(token, octets);
        var hash = TokenHash.Compute(octets.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(octets, clearArray: true);
        return hash;
    }

    /// <summary>In words that repeat nothing of the token.</summary>
    private static string Fault(Exception? failure) => failure switch
    {
        SecurityTokenExpiredException or SecurityTokenInvalidLifetimeException => "the token has expired",
        SecurityTokenInvalidIssuerException => "the token is of another issuer",
        SecurityTokenInvalidTypeException => "the token is no access token",
        SecurityTokenInvalidAlgorithmException => "the token's algorithm is not allowed",
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException => "the token's signature is not the provider's",
        SecurityTokenMalformedException => "the token is malformed",
        _ => "the token is not valid",
    };

    private sealed record Found(BearerCaller? Caller, string? Fault, DateTimeOffset Until);
}
