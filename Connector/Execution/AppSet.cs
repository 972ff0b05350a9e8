using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Execution;

/// <summary>All apps at one version of the settings; never changed.</summary>
internal sealed class AppSet(long version, IEnumerable<AppEntry> apps, IReadOnlyDictionary<string, ReplacedApp> replaced)
{
    private readonly FrozenDictionary<string, AppEntry> _apps = apps.ToFrozenDictionary(static app => app.Id, StringComparer.OrdinalIgnoreCase);

    /// <summary>Of the gateway's settings: a request whose head names a later one waits for that. As high as can be where the gateway gives none.</summary>
    public long Version => version;

    public IReadOnlyCollection<AppEntry> Apps => _apps.Values;

    /// <summary>As apps were a while ago, by their id.</summary>
    public IReadOnlyDictionary<string, ReplacedApp> Replaced => replaced;

    /// <param name="name">As the head has it (<see cref="TargetName"/>).</param>
    /// <param name="settingsVersion">As the head has it: an app that changed since is found as it was. The answer is translated by what was known then.</param>
    /// <param name="id">Name in logs, also of an app that is not known.</param>
    /// <param name="app">The app.</param>
    public bool TryFind(ReadOnlySpan<byte> name, long settingsVersion, out string id, [NotNullWhen(true)] out ReachedApp? app)
    {
        var isName = TargetName.TrySplit(name, out var appId, out var star);
        id = FieldNames.Get(appId);
        app = isName && _apps.TryGetValue(id, out var entry) ? (EntryBefore(id, settingsVersion) ?? entry).Find(star) : null;
        return app is not null;
    }

    private AppEntry? EntryBefore(string id, long version) => replaced.Count > 0 && replaced.TryGetValue(id, out var before) ? before.At(version) : null;

    public bool TryGetEntry(string id, [NotNullWhen(true)] out AppEntry? entry) => _apps.TryGetValue(id, out entry);
}
