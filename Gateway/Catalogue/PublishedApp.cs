namespace AppProxy.Gateway.Catalogue;

/// <summary>One published app as the gateway serves it: checked, complete, never changed.</summary>
/// <remarks>An exchange keeps the instance it began with. Settings that are not served yet are not here.</remarks>
internal sealed record PublishedApp
{
    /// <summary>As given, or made from the external URL, so that it outlives a restart.</summary>
    public required string Id { get; init; }

    public required string DisplayName { get; init; }

    public required string ConnectorGroup { get; init; }

    public required ExternalAuthenticationType ExternalAuthenticationType { get; init; }

    /// <summary>Absolute; the path ends with '/'.</summary>
    public required Uri ExternalUrl { get; init; }

    /// <summary>Absolute; the path ends with '/'.</summary>
    public required Uri InternalUrl { get; init; }

    /// <summary>Lower case ASCII (punycode), no trailing dot, an IPv6 address without brackets.</summary>
    public required string ExternalHost { get; init; }

    /// <summary>Decoded, begins and ends with '/'.</summary>
    public required string ExternalPath { get; init; }

    public string ExternalScheme => ExternalUrl.Scheme;

    public int ExternalPort => ExternalUrl.Port;

    /// <summary>From the start of the app call to its response head.</summary>
    public required TimeSpan ApplicationServerTimeout { get; init; }

    public required RelaySettings Relay { get; init; }

    public required bool IsTranslateHostHeaderEnabled { get; init; }

    public required bool IsBackendCertificateValidationEnabled { get; init; }

    /// <summary>Version of the catalogue in which these settings last changed; a request head carries it.</summary>
    public required long SettingsVersion { get; init; }
}
