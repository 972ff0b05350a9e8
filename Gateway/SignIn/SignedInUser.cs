namespace AppProxy.Gateway.SignIn;

/// <summary>Who signed in, as the provider says. Never changed; held once for each session.</summary>
internal sealed record SignedInUser
{
    /// <summary>By which assignments name them.</summary>
    public required string Id { get; init; }

    /// <summary>The provider's <c>sub</c>.</summary>
    public required string Subject { get; init; }

    public required string UserPrincipalName { get; init; }

    public required string DisplayName { get; init; }

    /// <summary>Whether it is a program that signed in as itself, and no person.</summary>
    public bool IsServicePrincipal { get; init; }

    public string[] Groups { get; init; } = [];

    public string[] Roles { get; init; } = [];

    /// <summary>How they proved it (RFC 8176): <c>pwd</c>, <c>mfa</c> …</summary>
    public string[] AuthenticationMethods { get; init; } = [];

    /// <summary>The provider's <c>acr</c>.</summary>
    public string? AuthenticationContext { get; init; }

    /// <summary>Scopes of an access token; none for a session.</summary>
    public string[] Scopes { get; init; } = [];

    /// <summary>What else the provider said, for rules that ask for it.</summary>
    public KeyValuePair<string, string>[] Claims { get; init; } = [];

    /// <summary>Whether somebody means them, by id or user principal name.</summary>
    public bool IsCalled(string name) => Id.Equals(name, StringComparison.OrdinalIgnoreCase) || UserPrincipalName.Equals(name, StringComparison.OrdinalIgnoreCase);
}
