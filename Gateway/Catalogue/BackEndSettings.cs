namespace AppProxy.Gateway.Catalogue;

/// <summary>How connectors call the app. What is null is left to a connector's own defaults.</summary>
internal sealed record BackEndSettings
{
    /// <summary>"1.1" or "2"; null lets the app choose over TLS.</summary>
    public string? HttpVersion { get; init; }

    /// <summary>Name for TLS in place of the internal URL's.</summary>
    public string? ServerName { get; init; }

    /// <summary>PEM text.</summary>
    public string? TrustedCertificateAuthorities { get; init; }

    /// <summary>SHA-256 of public keys, in base64.</summary>
    public EquatableList<string> PinnedPublicKeys { get; init; } = EquatableList<string>.Empty;

    public int? MaxConnections { get; init; }

    public TimeSpan? ConnectionIdleTimeout { get; init; }

    public int? MaxResponseHeadLength { get; init; }

    /// <summary>Whether something is said that only TLS can keep.</summary>
    public bool NeedsTls => ServerName is not null || TrustedCertificateAuthorities is not null || PinnedPublicKeys.Count > 0;
}
