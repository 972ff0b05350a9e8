using System.Collections.Frozen;
using System.Text.Json;
using AppProxy.Connector.Destinations;
using AppProxy.Connector.Http1;
using AppProxy.Connector.Settings;
using AppProxy.Contracts.Identity;
using Microsoft.Extensions.Options;

namespace AppProxy.Connector.Execution;

/// <summary>The apps that this connector reaches: those of its own operator, and those of the gateway's settings, swapped whole.</summary>
/// <remarks>
/// An app whose settings are the same as before stays with its connections. One that changed or is gone finishes what runs, and its connections are
/// closed as they become idle. A request keeps the app that it was given to, and one that began before a change and comes later gets the app as it was.
/// </remarks>
internal sealed partial class AppClients : IDisposable
{
    /// <summary>How long after a change a request may come that began before it: as long as an assertion lives, which it has from then.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(2);

    private readonly LocalApps _local;
    private readonly AppFaults _faults;
    private readonly TimeProvider _time;
    private readonly ILogger<AppClients> _logger;
    private readonly DestinationRules _given;
    private readonly List<AppEntry> _own;
    private Dictionary<string, string> _texts = new(StringComparer.OrdinalIgnoreCase);
    private volatile AppSet _current;

    public AppClients(ConnectorOptions options, LocalApps local, AppFaults faults, TimeProvider time, ILogger<AppClients> logger)
    {
        (_local, _faults, _time, _logger) = (local, faults, time, logger);
        _given = DestinationRules.Of(options, isOwn: false);
        var own = DestinationRules.Of(options, isOwn: true);
        _own = [.. local.Own.Select(app => new AppEntry(app.Key, app.Value, own, faults, time))];
        _current = new AppSet(options.UsesKey ? long.MaxValue : 0, _own, FrozenDictionary<string, ReplacedApp>.Empty);
    }

    public AppSet Current => _current;

    /// <summary>Takes other settings of the gateway. One caller at a time.</summary>
    public void Apply(ConnectorSettings settings)
    {
        var before = _current;
        var entries = _own.ToDictionary(static entry => entry.Id, StringComparer.OrdinalIgnoreCase);
        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var changedAt = _time.GetTimestamp();
        bool IsRecent(ReplacedApp app) => _time.GetElapsedTime(app.ReplacedAt, changedAt) < Memory;
        var replaced = before.Replaced.Select(app => KeyValuePair.Create(app.Key, ReplacedApp.Since(app.Value, IsRecent))).Where(static app => app.Value is not null)
            .ToDictionary(static app => app.Key, static app => app.Value!, StringComparer.OrdinalIgnoreCase);
        foreach (var app in settings.Apps)
        {
            if (entries.ContainsKey(app.Id))
            {
                continue;
            }

            // What changed for the gateway alone is no change here.
            var text = JsonSerializer.Serialize(app with { Version = null }, IdentityJsonContext.Default.AppSettings);
            var entry = _texts.TryGetValue(app.Id, out var old) && old == text && before.TryGetEntry(app.Id, out var known) ? known : TryCreate(app);
            if (entry is not null)
            {
                entries[app.Id] = entry;
                texts[app.Id] = text;
                if (app.Version is { } changedIn && before.TryGetEntry(app.Id, out var last) && last != entry)
                {
                    replaced[app.Id] = new ReplacedApp(last, changedIn, changedAt, replaced.GetValueOrDefault(app.Id));
                }
            }
        }

        _current = new AppSet(settings.Version, entries.Values, replaced);
        _texts = texts;
        foreach (var entry in before.Apps)
        {
            if (!entries.TryGetValue(entry.Id, out var now) || now != entry)
            {
                entry.Retire();
            }
        }
    }

    public void Dispose()
    {
        foreach (var entry in _current.Apps)
        {
            entry.Dispose();
        }
    }

    private AppEntry? TryCreate(AppSettings app)
    {
        try
        {
            return new AppEntry(app.Id, _local.Complete(app), _given, _faults, _time);
        }
        catch (Exception unusable) when (unusable is OptionsValidationException or UriFormatException or InvalidOperationException)
        {
            LogUnusable(app.Id, unusable.Message);
            return null;
        }
    }

    [LoggerMessage(2103, LogLevel.Warning, "What the gateway says of the app '{App}' cannot be used on this machine; it is not served: {Reason}")]
    private partial void LogUnusable(string app, string reason);
}
