using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using AppProxy.Connector.Http1;
using AppProxy.Connector.Settings;

namespace AppProxy.Connector.Execution;

/// <summary>The apps that this connector reaches.</summary>
internal sealed class AppClients : IDisposable
{
    private readonly FrozenDictionary<string, ReachedApp> _apps;

    public AppClients(ConnectorOptions options, AppFaults faults, TimeProvider time)
    {
        _apps = options.Apps.ToFrozenDictionary(
            static app => app.Key, app => new ReachedApp(app.Key, app.Value, faults, time), StringComparer.OrdinalIgnoreCase);
    }

    public bool TryGet(string id, [NotNullWhen(true)] out ReachedApp? app) => _apps.TryGetValue(id, out app);

    public void Dispose()
    {
        foreach (var app in _apps.Values)
        {
            app.Dispose();
        }
    }
}
