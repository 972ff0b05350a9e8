using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.SignIn;

/// <summary>Section <c>Gateway:SignIn</c>: which OpenID Connect provider people sign in with, and how long that lasts.</summary>
internal sealed class SignInOptions
{
    /// <summary>The provider's issuer, where its discovery document is found. Null: nobody can sign in, and apps that ask for it are refused at the start.</summary>
    public string? Authority { get; set; }

    /// <summary>The gateway's registration at the provider.</summary>
    public string? ClientId { get; set; }

    public string? ClientSecret { get; set; }

    /// <summary>Where the gateway itself is reached by browsers. Null: https and the first of <c>Gateway:OwnHosts</c>.</summary>
    public string? Origin { get; set; }

    /// <summary>What is asked for; openid, profile and email where nothing is given.</summary>
    public List<string> Scopes { get; } = [];

    /// <summary>Whether claims are fetched from the provider's userinfo endpoint too, for providers that leave them out of the ID token.</summary>
    public bool UseUserInfo { get; set; }

    /// <summary>What access tokens may name as their audience, besides the client id and the app's own <c>identifierUris</c>.</summary>
    public List<string> Audiences { get; } = [];

    /// <summary>Of which an access token that a person agreed to must have one; none where any scope will do.</summary>
    public List<string> RequiredScopes { get; } = [];

    /// <summary>What the provider calls two-step verification in <c>acr</c>: it is asked for where a policy wants it. Without it, <c>amr</c> with <c>mfa</c> is.</summary>
    public string? TwoStepsAcr { get; set; }

    /// <summary>How long a sign-in lasts at most.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How long it lasts without a request.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromHours(2);

    /// <summary>What the provider calls what we need to know.</summary>
    public ClaimNames Claims { get; set; } = new();

    internal bool IsConfigured => Authority is not null;

    /// <summary>Names every mistake.</summary>
    public void Check(IReadOnlyList<string> ownHosts, List<string> mistakes)
    {
        if (Authority is null)
        {
            if (ClientId is not null || ClientSecret is not null)
            {
                mistakes.Add("Gateway:SignIn:Authority is not set: give the provider's issuer, such as https://login.microsoftonline.com/<tenant>/v2.0.");
            }

            return;
        }

        if (!Uri.TryCreate(Authority, UriKind.Absolute, out var authority) || !IsSafe(authority) || authority.Query.Length > 0)
        {
            mistakes.Add($"Gateway:SignIn:Authority is '{Authority}': give the provider's issuer with https:// (http:// only on this machine), such as https://login.microsoftonline.com/<tenant>/v2.0.");
        }

        if (string.IsNullOrWhiteSpace(ClientId))
        {
            mistakes.Add("Gateway:SignIn:ClientId is missing: register the gateway at the provider and give the id that it got.");
        }

        if (Origin is null && ownHosts.Count == 0)
        {
            mistakes.Add("Gateway:SignIn:Origin is missing: give the URL at which browsers reach the gateway itself, such as https://gateway.example.com, or name its host in Gateway:OwnHosts.");
        }
        else if (Origin is not null && (!Uri.TryCreate(Origin, UriKind.Absolute, out var origin) || !IsSafe(origin) || origin.PathAndQuery != "/" || origin.Fragment.Length > 0))
        {
            mistakes.Add($"Gateway:SignIn:Origin is '{Origin}': give https:// and a host (http:// only on this machine), without a path, such as https://gateway.example.com.");
        }

        if (Lifetime <= TimeSpan.Zero || IdleTimeout <= TimeSpan.Zero || IdleTimeout > Lifetime)
        {
            mistakes.Add("Gateway:SignIn:Lifetime and Gateway:SignIn:IdleTimeout must be more than nothing, and the idle one not the longer.");
        }
    }

    /// <summary>The gateway's own origin; for options that were checked.</summary>
    public Uri GetOrigin(IReadOnlyList<string> ownHosts) => new(Origin ?? $"https://{ownHosts[0]}");

    /// <summary>Tokens and cookies go over it: without TLS it may only be this machine.</summary>
    private static bool IsSafe(Uri url) => url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && LoopbackHost.IsLoopback(url.Host));
}

/// <summary>Names of claims.</summary>
internal sealed class ClaimNames
{
    /// <summary>Id of a person by which assignments name them; where it is missing, <c>sub</c>.</summary>
    public string Id { get; set; } = "oid";

    /// <summary>Where it is missing: <c>preferred_username</c>, then <c>email</c>.</summary>
    public string UserPrincipalName { get; set; } = "upn";

    public string DisplayName { get; set; } = "name";

    public string Groups { get; set; } = "groups";

    public string Roles { get; set; } = "roles";
}
