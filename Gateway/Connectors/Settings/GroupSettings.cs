using System.Collections.Concurrent;
using System.Collections.Frozen;
using AppProxy.Contracts.Identity;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Connectors.Roster;

namespace AppProxy.Gateway.Connectors.Settings;

/// <summary>What a connector is told of the catalogue: the apps of its own group, and of these where they are and how they are called. Nothing of people, policies or external URLs.</summary>
internal sealed class GroupSettings(CatalogueStore catalogue)
{
    private volatile KnownApps _known = new(CatalogueSnapshot.Empty);

    /// <summary>Of the catalogue, as it is now.</summary>
    public long Version => catalogue.Current.Version;

    /// <summary>A group as the catalogue writes it, whose queues are named so, whatever case an operator gave it; one that is not there yet, as it was given.</summary>
    public string NameOf(string group)
        => catalogue.Current.Groups.FirstOrDefault(known => string.Equals(known.Name, group, StringComparison.OrdinalIgnoreCase))?.Name ?? group;

    /// <summary>Whether connectors of the group are told of an app by this id.</summary>
    public bool Has(string group, string app)
    {
        // Every connector asks every two seconds, for each of its apps.
        var (known, now) = (_known, catalogue.Current);
        if (known.Snapshot != now)
        {
            _known = known = new KnownApps(now);
        }

        return known.Has(group, app);
    }

    public ConnectorSettings For(ConnectorRecord connector)
    {
        var now = catalogue.Current;
        return new ConnectorSettings
        {
            Connector = connector.Id,
            Group = connector.Group,
            Version = now.Version,
            Apps = [.. RoutesOf(now, connector.Group).DistinctBy(static route => route.TargetId, StringComparer.OrdinalIgnoreCase).Select(Describe)],
        };
    }

    private static IEnumerable<PublishedApp> RoutesOf(CatalogueSnapshot snapshot, string group) =>
        snapshot.Apps.Where(app => string.Equals(app.ConnectorGroup, group, StringComparison.OrdinalIgnoreCase)).SelectMany(static app => app.Routes());

    private static AppSettings Describe(PublishedApp route)
    {
        var backEnd = route.Relay.BackEnd;

        // A segment may do without what the app's own URL has.
        var isSecure = route.InternalUrl.Scheme == Uri.UriSchemeHttps;
        return new AppSettings
        {
            Id = route.TargetId,
            Version = route.SettingsVersion,
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

    private sealed class KnownApps(CatalogueSnapshot snapshot)
    {
        private readonly ConcurrentDictionary<string, FrozenSet<string>> _byGroup = new(StringComparer.OrdinalIgnoreCase);

        public CatalogueSnapshot Snapshot => snapshot;

        public bool Has(string group, string app) => _byGroup.GetOrAdd(
            group, static (name, of) => RoutesOf(of, name).Select(static route => route.TargetId).ToFrozenSet(StringComparer.OrdinalIgnoreCase), snapshot).Contains(app);
    }
}
