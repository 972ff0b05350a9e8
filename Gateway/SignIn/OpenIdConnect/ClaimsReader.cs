using System.Collections.Frozen;
using System.Globalization;
using System.Security.Claims;
using AppProxy.Gateway.SignIn.Sessions;

namespace AppProxy.Gateway.SignIn.OpenIdConnect;

/// <summary>What the provider says about a person or program ⇒ <see cref="SignedInUser"/>.</summary>
internal sealed class ClaimsReader(SignInOptions options, TimeProvider time, NamePool? pool = null)
{
    private readonly ClaimNames _names = options.Claims;
    private readonly NamePool _pool = pool ?? new NamePool();

    /// <summary>Groups and roles have no limit of ours; of the rest, what no rule would ask for is not kept.</summary>
    private const int MostClaims = 64;
    private const int LongestClaim = 256;

    private static readonly FrozenSet<string> OfProtocol = FrozenSet.Create(
        StringComparer.Ordinal,
        "iss", "aud", "exp", "nbf", "iat", "nonce", "at_hash", "c_hash", "s_hash", "jti", "azp", "sid", "auth_time", "amr", "acr", "sub", "typ", "rh", "uti", "aio", "ver", "scp", "scope");

    public SignedInUser Read(IReadOnlyCollection<Claim> claims)
    {
        string? First(string type) => claims.FirstOrDefault(claim => claim.Type == type && claim.Value.Length > 0)?.Value;
        string[] All(string type) => [.. claims.Where(claim => claim.Type == type).Select(static claim => claim.Value)];

        var subject = First("sub") ?? First(_names.Id) ?? "";
        var principalName = First(_names.UserPrincipalName) ?? First("preferred_username") ?? First("email") ?? First("azp") ?? First("appid") ?? First("client_id") ?? subject;
        return _pool.Share(new SignedInUser
        {
            Id = First(_names.Id) ?? subject,
            Subject = subject,
            UserPrincipalName = principalName,
            DisplayName = First(_names.DisplayName) ?? principalName,
            Groups = All(_names.Groups),
            Roles = All(_names.Roles),
            // An acr that stands for two steps is as good as saying so; Entra has several, and calls them acrs.
            AuthenticationMethods = options.TwoStepsAcr is { } two && (First("acr") == two || claims.Any(claim => claim.Type == "acrs" && claim.Value == two)) ? [.. All("amr").Append(TwoSteps.Method).Distinct()] : All("amr"),
            AuthenticationContext = First("acr"),
            Scopes = [.. claims.Where(static claim => claim.Type is "scp" or "scope").SelectMany(static claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))],
            Claims =
            [
                .. claims.Where(claim => !OfProtocol.Contains(claim.Type) && claim.Type != _names.Groups && claim.Type != _names.Roles && claim.Value.Length <= LongestClaim)
                    .Take(MostClaims)
                    .Select(static claim => KeyValuePair.Create(claim.Type, claim.Value)),
            ],
        });
    }

    /// <summary>When the provider saw them, never later than now; <see cref="SignInTime.Unknown"/> where it does not say.</summary>
    public DateTimeOffset AuthenticatedAt(IEnumerable<Claim> claims)
    {
        return claims.FirstOrDefault(static claim => claim.Type == "auth_time") is { } said
            && long.TryParse(said.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, time.GetUtcNow().ToUnixTimeSeconds()))
            : SignInTime.Unknown;
    }

    /// <summary>Entra leaves the groups out where a person is in more than a token holds, and says where to fetch them.</summary>
    public bool AreGroupsElsewhere(IEnumerable<Claim> claims) =>
        claims.Any(claim => (claim.Type == "_claim_names" && claim.Value.Contains(_names.Groups, StringComparison.Ordinal)) || claim.Type == "hasgroups");
}
