using System.Globalization;

namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>Writes connectors and their groups for a person at a terminal.</summary>
internal sealed class ConnectorReport(IReadOnlyList<ConnectorRecord> connectors, IReadOnlyDictionary<string, PresenceRecord> presence, DateTimeOffset now)
{
    public void WriteConnectors(TextWriter output) => Write(
        output,
        ["NAME", "GROUP", "STATE", "SLOTS", "STREAMS", "APPS", "CLOCK", "VERSION", "SEEN", "ID"],
        connectors.Select(connector => presence.GetValueOrDefault(connector.Id) is not { } seen
            ? (string[])[connector.Name, connector.Group, StateOf(connector), "-", "-", "-", "-", "-", "never", connector.Id]
            :
            [
                connector.Name,
                connector.Group,
                StateOf(connector),
                Invariant($"{seen.Report.BusySlots}/{seen.Report.Slots}"),
                Invariant($"{seen.Report.Streams}"),
                ReachOf(seen),
                Invariant($"{seen.Report.ClockOffset:+0;-0;0} ms"),
                seen.Report.Version,
                Ago(now - seen.SeenAt),
                connector.Id,
            ]));

    public void WriteGroups(TextWriter output) => Write(
        output,
        ["GROUP", "CONNECTORS", "SLOTS", "STREAMS", "APPS THAT NONE REACHES"],
        connectors.Where(static connector => connector.IsActive).GroupBy(static connector => connector.Group, StringComparer.OrdinalIgnoreCase).Select(group =>
        {
            var online = group.Select(connector => presence.GetValueOrDefault(connector.Id)).OfType<PresenceRecord>().Where(seen => seen.IsOnline(now)).ToList();
            var apps = online.SelectMany(static seen => seen.Report.Apps).ToLookup(static app => app.Key, static app => app.Value.IsReached, StringComparer.OrdinalIgnoreCase);
            return (string[])
            [
                group.Key,
                Invariant($"{online.Count}/{group.Count()} online"),
                Invariant($"{online.Sum(static seen => (long)seen.Report.BusySlots)}/{online.Sum(static seen => (long)seen.Report.Slots)}"),
                Invariant($"{online.Sum(static seen => (long)seen.Report.Streams)}"),
                string.Join(", ", apps.Where(static app => !app.Any(static reached => reached)).Select(static app => app.Key).Order(StringComparer.Ordinal).DefaultIfEmpty("-")),
            ];
        }));

    private static void Write(TextWriter output, string[] head, IEnumerable<string[]> lines)
    {
        var rows = lines.Prepend(head).ToList();
        if (rows.Count == 1)
        {
            output.WriteLine("No connector is enrolled.");
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
            : presence.GetValueOrDefault(connector.Id)?.IsOnline(now) == true ? "online"
            : "offline";
}
