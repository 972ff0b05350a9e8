using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Connectors.Roster;

namespace AppProxy.Gateway.Connectors.Settings;

/// <summary>What a connector is told of the catalogue: the apps of its own group, and of these where they are and how they are called. Nothing of people, policies or external URLs.</summary>
internal sealed class GroupSettings(CatalogueStore catalogue)
{
    /// <summary>Of the catalogue, as it is now.</summary>
    public long Version => catalogue.Current.Version;

    public ConnectorSettings For(ConnectorRecord connector)
    {
        var now = catalogue.Current;
        return new ConnectorSettings
        {
            Connector = connector.Id,
            Group = connector.Group,
            Version = now.Version,
            Apps = [.. now.Apps.Where(app => string.Equals(app.ConnectorGroup, connector.Group, StringComparison.OrdinalIgnoreCase))
                .SelectMany(static app => app.Routes()).DistinctBy(static route => route.TargetId, StringComparer.OrdinalIgnoreCase).Select(Describe)],
        };
    }

    private static AppSettings Describe(PublishedApp route)
    {
        var backEnd = route.Relay.BackEnd;

        // A segment may do without what the app's own URL has.
        var isSecure = route.InternalUrl.Scheme == Uri.UriSchemeHttps;
        return new AppSettings
        {
            Id = route.TargetId,
            InternalUrl = route.InternalUrl.ToString(),
            HttpVersion = backEnd.HttpVersion,
            IsBackendCertificateValidationEnabled = route.IsBackendCertificateValidationEnabled,
            ServerName = isSecure ? backEnd.ServerName : null,
            TrustedCertificateAuthorities = isSecure ? backEnd.TrustedCertificateAuthorities : null,
            PinnedPublicKeys = isSecure && backEnd.PinnedPublicKeys.Count > 0 ? backEnd.PinnedPublicKeys : null,
            MaxConnections = backEnd.MaxConnections,
            ConnectionIdleTimeout = backEnd.ConnectionIdleTimeout,
            MaxResponseHeadLength = backEnd.MaxResponseHeadLength,
        };
    }
}
