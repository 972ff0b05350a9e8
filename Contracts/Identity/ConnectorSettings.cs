namespace AppProxy.Contracts.Identity;

/// <summary>
/// What a connector needs to know of its group's apps, all of it, at one version of the gateway's catalogue. It comes inside a <see cref="GatewayAnswer"/>,
/// and so with the gateway's signature. What a reader does not know in it, it passes over: later versions say more of an app.
/// </summary>
internal sealed record ConnectorSettings
{
    /// <summary>Id of the connector that it is for.</summary>
    public required string Connector { get; init; }

    /// <summary>The connector's group.</summary>
    public required string Group { get; init; }

    /// <summary>Of the catalogue: rises with every change. A request head names the version in which its app changed last, which is never later.</summary>
    public required long Version { get; init; }

    public required IReadOnlyList<AppSettings> Apps { get; init; }
}

/// <summary>One app, or one segment of an app, as its connectors reach it. What is null is left to the connector's defaults.</summary>
internal sealed record AppSettings
{
    /// <summary>What request heads call it.</summary>
    public required string Id { get; init; }

    /// <summary>Of the catalogue in which the app changed last, as request heads name it; null from a gateway that does not say.</summary>
    public long? Version { get; init; }

    /// <summary>Absolute http or https URL; with <c>*</c> as its host's first label where the app is published with a wildcard.</summary>
    public required string InternalUrl { get; init; }

    /// <summary>"1.1" or "2".</summary>
    public string? HttpVersion { get; init; }

    /// <summary>Whether name, chain and dates of the app's certificate are checked.</summary>
    public bool IsBackendCertificateValidationEnabled { get; init; } = true;

    /// <summary>Certificates of the authorities to trust for this app, as PEM.</summary>
    public string? TrustedCertificateAuthorities { get; init; }

    /// <summary>SHA-256 of public keys in base64, one of which the app's certificate must have.</summary>
    public IReadOnlyList<string>? PinnedPublicKeys { get; init; }

    /// <summary>Name to ask for by TLS and to find in the certificate, where it is not the internal URL's.</summary>
    public string? ServerName { get; init; }

    /// <summary>HTTP/1.1 connections to the app at once, of each connector; 0 for no limit.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>How long an HTTP/1.1 connection is kept without a request.</summary>
    public TimeSpan? ConnectionIdleTimeout { get; init; }

    /// <summary>Largest head of a response, in octets.</summary>
    public int? MaxResponseHeadLength { get; init; }
}
