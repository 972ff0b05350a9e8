using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AppProxy.Gateway.Directory.SigningIn;
using AppProxy.Gateway.SignIn;
using Microsoft.AspNetCore.DataProtection;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace AppProxy.Gateway.Directory.Provider;

/// <summary>What an authorization request asks of the sign-in: a new one (<c>prompt=login</c>, <c>max_age</c>), or two steps (<c>acr_values</c>, <c>claims</c>).</summary>
internal sealed class SignInDemand(IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>Says, sealed, when this request led to the sign-in page: a sign-in since then is new enough.</summary>
    public const string AskedParameter = "asked";

    private readonly IDataProtector _protector = protection.CreateProtector("AppProxy.Directory.Asked");

    public bool IsNewEnough(OpenIddictRequest request, DirectorySession session)
    {
        var isAskedAnew = request.HasPromptValue(PromptValues.Login);
        if (!isAskedAnew && !(request.MaxAge is { } age && (time.GetUtcNow() - session.AuthenticatedAt).TotalSeconds > age))
        {
            return true;
        }

        return FindAsked(request) is { } asked && session.AuthenticatedAt >= asked;
    }

    public static bool NeedsTwoSteps(OpenIddictRequest request)
        => request.GetAcrValues().Contains(AuthenticationContexts.TwoSteps, StringComparer.Ordinal)
            || HasEssential((string?)request["claims"], Claims.AuthenticationContextReference, AuthenticationContexts.TwoSteps)
            || HasEssential((string?)request["claims"], Claims.AuthenticationMethodReference, TwoSteps.Method);

    /// <summary>For the way back from the sign-in page.</summary>
    public string Asked(OpenIddictRequest request)
        => _protector.CreateProtector(Identify(request)).Protect(time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

    private DateTimeOffset? FindAsked(OpenIddictRequest request)
    {
        try
        {
            return (string?)request[AskedParameter] is { Length: > 0 } asked
                ? DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(_protector.CreateProtector(Identify(request)).Unprotect(asked), CultureInfo.InvariantCulture))
                : null;
        }
        catch (CryptographicException)
        {
            // Of another request, or made up: then it is as if nobody had been asked.
            return null;
        }
    }

    /// <summary>No two requests of a client share these.</summary>
    private static string Identify(OpenIddictRequest request)
        => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', request.ClientId, request.State, request.Nonce, request.CodeChallenge))));

    /// <summary>OpenID Connect Core section 5.5.1.1.</summary>
    private static bool HasEssential(string? claims, string name, string value)
    {
        if (claims is null)
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(claims);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("id_token", out var idToken) && idToken.ValueKind == JsonValueKind.Object
                && idToken.TryGetProperty(name, out var wanted) && wanted.ValueKind == JsonValueKind.Object
                && ((wanted.TryGetProperty("value", out var one) && one.ValueKind == JsonValueKind.String && one.ValueEquals(value))
                    || (wanted.TryGetProperty("values", out var several) && several.ValueKind == JsonValueKind.Array
                        && several.EnumerateArray().Any(other => other.ValueKind == JsonValueKind.String && other.ValueEquals(value))));
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
