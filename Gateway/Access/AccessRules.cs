using System.Collections.Frozen;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Access;

/// <summary>Who may open what, compiled whole from a catalogue and swapped with it.</summary>
internal sealed class AccessRules
{
    private readonly FrozenDictionary<string, AppAccess> _apps;

    public AccessRules(CatalogueSnapshot snapshot)
    {
        Snapshot = snapshot;
        CompiledPolicy[] policies = [.. snapshot.Policies.Policies.Select(policy => new CompiledPolicy(policy, snapshot.Policies.Locations))];
        _apps = snapshot.Apps.ToFrozenDictionary(static app => app.Id, app => new AppAccess(app, policies), StringComparer.OrdinalIgnoreCase);
    }

    public CatalogueSnapshot Snapshot { get; }

    /// <summary>Null for an app that was there when the request came, and is gone since.</summary>
    public AppAccess? For(PublishedApp app) => _apps.GetValueOrDefault(app.Id);
}
