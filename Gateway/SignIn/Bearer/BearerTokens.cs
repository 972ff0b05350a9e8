using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
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

    /// <summary>Long enough that whoever sends the same bad token again and again has it looked at once; what mends it is not waited for.</summary>
    private static readonly TimeSpan KeepRefusal = TimeSpan.FromSeconds(5);

    private const string NoAccessToken = "the token is no access token";
    private const int LongestToken = 16 * 1024;

    /// <summary>Only with a key of the provider's own: a public key is no shared secret, and "none" is no signature.</summary>
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSsaPssSha512, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly JsonWebTokenHandler Tokens = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken };

    private readonly CheckedTokens _checked = new();

    /// <summary>The token of an Authorization field that may be one of ours.</summary>
    public static bool TryRead(HttpRequest request, [NotNullWhen(true)] out string? token)
    {
        var field = request.Headers.Authorization;
        token = field.Count == 1 && field[0] is { } value && value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? value[7..].Trim() : null;
        return token?.AsSpan().Count('.') is 2 or 4;
    }

    public async ValueTask<BearerCheck> CheckAsync(string token, PublishedApp app, CancellationToken cancellationToken)
    {
        var hash = Hash(token);
        if (!_checked.TryGet(hash, time.GetUtcNow(), out var found))
        {
            found = await CheckAsync(token, cancellationToken);
            _checked.Keep(hash, found, time.GetUtcNow());
        }

        return found.IsOfProvider && !IsFor(found.Audiences, app)
            ? new BearerCheck(null, found.Fault ?? "the token is for another audience", IsOurs: false, IsUndecided: false)
            : new BearerCheck(found.Caller, found.Fault, found.IsOfProvider, found.IsUndecided);
    }

    private async Task<CheckedToken> CheckAsync(string token, CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + KeepRefusal;
        if (Read(token) is not { } read)
        {
            return new CheckedToken(null, "the token is malformed", until);
        }

        if (read.Issuer?.TrimEnd('/') != options.Authority!.TrimEnd('/'))
        {
            return new CheckedToken(null, "the token is of another issuer", until);
        }

        var refused = new CheckedToken(null, null, until) { IsOfProvider = true, Audiences = [.. read.Audiences] };
        if (token.Length > LongestToken)
        {
            return refused with { Fault = "the token is too long", Until = default };
        }

        var keys = (BaseConfigurationManager)oidc.Get(ProviderOptions.Scheme).ConfigurationManager!;
        try
        {
            // The library would take the lack of it for a bad signature.
            await keys.GetBaseConfigurationAsync(cancellationToken);
        }
        catch (InvalidOperationException)
        {
            return refused with { Fault = "the provider's keys cannot be had", IsUndecided = true, Until = default };
        }

        var result = await Tokens.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ConfigurationManager = keys,
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
        if (!result.IsValid)
        {
            // A key that is not known yet is being asked for.
            return refused with { Fault = Fault(result.Exception), Until = result.Exception is SecurityTokenSignatureKeyNotFoundException ? default : until };
        }

        return Judge((JsonWebToken)result.SecurityToken, [.. result.ClaimsIdentity.Claims], refused);
    }

    /// <summary>Whether a token that the provider made lets anybody in.</summary>
    private CheckedToken Judge(JsonWebToken token, List<Claim> said, CheckedToken refused)
    {
        if (TokenKind.IsIdToken(said))
        {
            return refused with { Fault = NoAccessToken };
        }

        var user = claims.Read(said);
        var isProgram = TokenKind.IsProgram(said, user);
        if (!isProgram && user.Scopes.Length == 0 && !(user.Roles.Length > 0 && TokenKind.IsDeclaredAccessToken(token)))
        {
            return refused with { Fault = "the token grants nothing: it has no scope, and nothing in it says that it is a program's own" };
        }

        if (!isProgram && options.RequiredScopes.Count > 0 && !user.Scopes.Intersect(options.RequiredScopes, StringComparer.Ordinal).Any())
        {
            return refused with { Fault = "the token has none of the scopes " + string.Join(", ", options.RequiredScopes) };
        }

        var expiresAt = new DateTimeOffset(token.ValidTo, TimeSpan.Zero);
        var until = time.GetUtcNow() + Keep;
        return refused with
        {
            // A program showed its secret for this very token.
            Caller = new BearerCaller(user with { IsServicePrincipal = isProgram }, isProgram ? IssuedAt(token) : claims.AuthenticatedAt(said), expiresAt, time),
            Until = until < expiresAt ? until : expiresAt,
        };
    }

    private static DateTimeOffset IssuedAt(JsonWebToken token) => token.IssuedAt > DateTime.UnixEpoch ? new DateTimeOffset(token.IssuedAt, TimeSpan.Zero) : SignInTime.Unknown;

    /// <summary>What a token says of itself, which nobody has vouched for yet.</summary>
    private static JsonWebToken? Read(string token)
    {
        try
        {
            return new JsonWebToken(token);
        }
        catch (Exception malformed) when (malformed is ArgumentException or SecurityTokenException or JsonException or FormatException)
        {
            return null;
        }
    }

    private bool IsFor(string[] audiences, PublishedApp app)
    {
        foreach (var audience in audiences)
        {
            if (audience == options.ClientId || (audience.StartsWith("api://", StringComparison.Ordinal) && audience.AsSpan(6).SequenceEqual(options.ClientId))
                || app.IdentifierUris.Contains(audience) || options.Audiences.Contains(audience))
            {
                return true;
            }
        }

        return false;
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
        SecurityTokenInvalidTypeException => NoAccessToken,
        SecurityTokenInvalidAlgorithmException => "the token's algorithm is not allowed",
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException => "the token's signature is not the provider's",
        SecurityTokenMalformedException => "the token is malformed",
        _ => "the token is not valid",
    };
}
