using System.Globalization;

namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>Writes connectors for a person at a terminal.</summary>
internal static class ConnectorReport
{
    public static void Write(IReadOnlyList<ConnectorRecord> connectors, TextWriter output)
    {
        if (connectors.Count == 0)
        {
            output.WriteLine("No connector is enrolled.");
            return;
        }

        string[] head = ["NAME", "GROUP", "STATE", "ENROLLED", "ID"];
        var rows = connectors.Select(static connector => (string[])[connector.Name, connector.Group, StateOf(connector), Day(connector.EnrolledAt), connector.Id]).Prepend(head).ToList();
        var widths = head.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    private static string StateOf(ConnectorRecord connector)
        => connector.RevokedAt is { } revoked ? "revoked " + Day(revoked) : connector.BlockedAt is { } blocked ? "blocked " + Day(blocked) : "enrolled";

    private static string Day(DateTimeOffset time) => time.ToString("u", CultureInfo.InvariantCulture);
}
