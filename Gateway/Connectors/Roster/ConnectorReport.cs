using System.Globalization;

namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>Writes connectors and their groups for a person at a terminal.</summary>
internal sealed class ConnectorReport(IReadOnlyList<ConnectorRecord> connectors, IReadOnlyDictionary<string, PresenceRecord> presence, DateTimeOffset now)
{
    private const string Online = "online";

    public void WriteConnectors(TextWriter output) => Write(
        output,
        ["NAME", "GROUP", "STATE", "SLOTS", "STREAMS", "APPS", "CLOCK", "VERSION", "SEEN", "ID"],
        connectors.Where(static connector => !ConnectorNames.IsRetired(connector.Name)).Select(connector => presence.GetValueOrDefault(connector.Id) is not { } seen
            ? (string[])[connector.Name, connector.Group, StateOf(connector), "-", "-", "-", "-", "-", "never", connector.Id]
            : StateOf(connector) != Online

            // What it ran when it was last heard of, it runs no more.
            ? [connector.Name, connector.Group, StateOf(connector), "-", "-", "-", "-", seen.Report.Version, Ago(now - seen.SeenAt), connector.Id]
            :
            [
                connector.Name,
                connector.Group,
                Online,
                Invariant($"{seen.Report.BusySlots}/{seen.Report.Slots}"),
                Invariant($"{seen.Report.Streams}"),
                ReachOf(seen),
                Invariant($"{seen.Report.ClockOffset:+0;-0;0} ms"),
                seen.Report.Version,
                Ago(now - seen.SeenAt),
                connector.Id,
            ]),
        "No connector is enrolled.");

    /// <param name="output">Where to.</param>
    /// <param name="apps">All that are published: a group may have some, and no connector yet.</param>
    public void WriteGroups(TextWriter output, IReadOnlyList<GroupApp> apps) => Write(
        output,
        ["GROUP", "CONNECTORS", "SLOTS", "STREAMS", "APPS THAT NONE REACHES"],
        connectors.Where(static connector => connector.IsActive).Select(static connector => connector.Group).Concat(apps.Select(static app => app.Group))
            .Distinct(StringComparer.OrdinalIgnoreCase).Select(group => DescribeGroup(group, apps)),
        "No connector is enrolled, and no app is published.");

    private string[] DescribeGroup(string group, IReadOnlyList<GroupApp> apps)
    {
        var enrolled = connectors.Where(connector => connector.IsActive && string.Equals(connector.Group, group, StringComparison.OrdinalIgnoreCase)).ToList();
        var online = enrolled.Select(connector => presence.GetValueOrDefault(connector.Id)).OfType<PresenceRecord>().Where(seen => seen.IsOnline(now)).ToList();
        var reached = online.SelectMany(static seen => seen.Report.Apps).Where(static app => app.Value.IsReached).Select(static app => app.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);

        // Names of a wildcard are not tried: somebody who is there may reach them.
        var unreached = online.SelectMany(static seen => seen.Report.Apps.Keys)
            .Concat(apps.Where(app => string.Equals(app.Group, group, StringComparison.OrdinalIgnoreCase) && (app.IsProbed || online.Count == 0)).Select(static app => app.Id))
            .Distinct(StringComparer.OrdinalIgnoreCase).Where(app => !reached.Contains(app)).Order(StringComparer.Ordinal);
        return
        [
            group,
            enrolled.Count == 0 ? "none enrolled" : Invariant($"{online.Count}/{enrolled.Count} online"),
            online.Count == 0 ? "-" : Invariant($"{online.Sum(static seen => (long)seen.Report.BusySlots)}/{online.Sum(static seen => (long)seen.Report.Slots)}"),
            online.Count == 0 ? "-" : Invariant($"{online.Sum(static seen => (long)seen.Report.Streams)}"),
            string.Join(", ", unreached.DefaultIfEmpty("-")),
        ];
    }

    private static void Write(TextWriter output, string[] head, IEnumerable<string[]> lines, string ifNone)
    {
        var rows = lines.Prepend(head).ToList();
        if (rows.Count == 1)
        {
            output.WriteLine(ifNone);
            return;
        }

        var widths = head.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    /// <summary>How many of them it reaches, and what is the matter with the others.</summary>
    private static string ReachOf(PresenceRecord seen)
    {
        var problems = seen.Report.Apps.Where(static app => !app.Value.IsReached).OrderBy(static app => app.Key, StringComparer.Ordinal).Select(static app => $"{app.Key}: {app.Value.Problem}").ToList();
        var reached = Invariant($"{seen.Report.Apps.Count - problems.Count}/{seen.Report.Apps.Count}");
        return problems.Count == 0 ? reached : $"{reached} ({string.Join(", ", problems)})";
    }

    private static string Ago(TimeSpan age) => age.TotalSeconds < 100 ? Invariant($"{Math.Max(0, age.TotalSeconds):0} s ago")
        : age.TotalHours < 2 ? Invariant($"{age.TotalMinutes:0} min ago")
        : age.TotalDays < 2 ? Invariant($"{age.TotalHours:0} h ago")
        : Invariant($"{age.TotalDays:0} days ago");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private string StateOf(ConnectorRecord connector)
        => connector.RevokedAt is not null ? "revoked"
            : connector.BlockedAt is not null ? "blocked"
            : presence.GetValueOrDefault(connector.Id)?.IsOnline(now) == true ? Online
            : "offline";
}

/// <summary>A published app, as far as its group's connectors go.</summary>
/// <param name="Group">The connector group.</param>
/// <param name="Id">As connectors name it.</param>
/// <param name="IsProbed">Whether connectors try to connect to it.</param>
internal sealed record GroupApp(string Group, string Id, bool IsProbed);
