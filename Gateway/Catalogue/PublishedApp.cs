namespace AppProxy.Gateway.Catalogue;

/// <summary>One published app as the gateway serves it: checked, complete, never changed.</summary>
/// <remarks>An exchange keeps the instance that its request was matched to. Settings that are not served yet are not here.</remarks>
internal sealed record PublishedApp
{
    /// <summary>As given, or made from the external URL, so that it outlives a restart.</summary>
    public required string Id { get; init; }

    public required string DisplayName { get; init; }

    public AppPresentation Presentation { get; init; } = AppPresentation.None;

    public required string ConnectorGroup { get; init; }

    public required ExternalAuthenticationType ExternalAuthenticationType { get; init; }

    /// <summary>The path ends with '/'.</summary>
    public required AppUrl ExternalUrl { get; init; }

    /// <summary>The path ends with '/'; a wildcard exactly where the external URL is one.</summary>
    public required AppUrl InternalUrl { get; init; }

    /// <summary>Another name for <see cref="ExternalUrl"/>, such as a traffic manager's.</summary>
    public AppUrl? AlternateUrl { get; init; }

    /// <summary>Further parts with URLs of their own.</summary>
    public EquatableList<ApplicationSegment> Segments { get; init; } = EquatableList<ApplicationSegment>.Empty;

    /// <summary>Under which name the connector knows where the request goes: the id, and for a segment the id, '.', and the segment's.</summary>
    public string TargetId { get => field ?? Id; init; }

    /// <summary>As in <see cref="AppUrl.Host"/>.</summary>
    public string ExternalHost => ExternalUrl.Host;

    /// <summary>Decoded, begins and ends with '/'.</summary>
    public string ExternalPath => ExternalUrl.Path;

    public string ExternalScheme => ExternalUrl.Scheme;

    public int ExternalPort => ExternalUrl.Port;

    /// <summary>Whether only who is assigned may open the app. Without meaning for an open one.</summary>
    public bool AppRoleAssignmentRequired { get; init; } = true;

    public EquatableList<AppRoleAssignment> AppRoleAssignedTo { get; init; } = EquatableList<AppRoleAssignment>.Empty;

    /// <summary>Whether scripts are kept from the session's cookie; only who says no has it otherwise.</summary>
    public bool IsHttpOnlyCookieEnabled { get; init; } = true;

    /// <summary>Whether the session's cookie goes over TLS only.</summary>
    public bool IsSecureCookieEnabled { get; init; } = true;

    /// <summary>Whether the session's cookie outlives the browser.</summary>
    public bool IsPersistentCookieEnabled { get; init; }

    /// <summary>Which scripts of other origins may ask, before anybody has signed in.</summary>
    public EquatableList<CorsConfiguration> CorsConfigurations { get; init; } = EquatableList<CorsConfiguration>.Empty;

    /// <summary>What access tokens for the app may name as their audience, besides the gateway itself.</summary>
    public EquatableList<string> IdentifierUris { get; init; } = EquatableList<string>.Empty;

    /// <summary>From the start of the app call to its response head.</summary>
    public required TimeSpan ApplicationServerTimeout { get; init; }

    public required RelaySettings Relay { get; init; }

    public required bool IsTranslateHostHeaderEnabled { get; init; }

    /// <summary>Whether internal URLs become URLs below <see cref="AlternateUrl"/>, by whichever the client came.</summary>
    public bool UseAlternateUrlForTranslationAndRedirect { get; init; }

    public bool IsTranslateLinksInBodyEnabled { get; init; }

    public required bool IsBackendCertificateValidationEnabled { get; init; }

    /// <summary>Version of the catalogue in which these settings last changed; a request head carries it.</summary>
    public required long SettingsVersion { get; init; }

    /// <summary>The app as it is reached by each of its external URLs: an exchange has that one's URLs. The first is the app itself.</summary>
    public IEnumerable<PublishedApp> Routes()
    {
        yield return this;
        if (AlternateUrl is { } alternate)
        {
            yield return this with { ExternalUrl = alternate };
        }

        foreach (var segment in Segments)
        {
            var part = this with { ExternalUrl = segment.ExternalUrl, InternalUrl = segment.InternalUrl, TargetId = $"{Id}.{segment.Id}", CorsConfigurations = segment.CorsConfigurations };
            yield return part;
            if (segment.AlternateUrl is { } other)
            {
                yield return part with { ExternalUrl = other };
            }
        }
    }
}
