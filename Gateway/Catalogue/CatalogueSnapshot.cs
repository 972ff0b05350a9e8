using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.Catalogue.Policies;

namespace AppProxy.Gateway.Catalogue;

/// <summary>All published apps, connector groups and policies at one moment. Swapped whole, never changed.</summary>
internal sealed class CatalogueSnapshot
{
    private readonly FrozenDictionary<string, PublishedApp> _byId;

    public CatalogueSnapshot(long version, ImmutableArray<ConnectorGroup> groups, ImmutableArray<PublishedApp> apps, IEnumerable<string> ownHosts)
    {
        Version = version;
        Groups = groups;
        Apps = apps;
        Matcher = new AppMatcher(apps, ownHosts);
        _byId = apps.ToFrozenDictionary(app => app.Id, StringComparer.OrdinalIgnoreCase);
    }

    public static CatalogueSnapshot Empty { get; } = new(0, [], [], []);

    /// <summary>Rises with every change, across restarts too (it begins at the clock's milliseconds).</summary>
    public long Version { get; }

    public ImmutableArray<ConnectorGroup> Groups { get; }

    public ImmutableArray<PublishedApp> Apps { get; }

    public AppMatcher Matcher { get; }

    public AccessPolicies Policies { get; init; } = AccessPolicies.None;

    public bool TryGet(string id, [NotNullWhen(true)] out PublishedApp? app) => _byId.TryGetValue(id, out app);
}
