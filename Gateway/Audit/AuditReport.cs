using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using AppProxy.Gateway.Audit.Storage;

namespace AppProxy.Gateway.Audit;

/// <summary>The sign-in log for people, and for programs: the oldest first, as logs are read.</summary>
internal static class AuditReport
{
    private static readonly string[] Titles = ["TIME", "WHAT", "OUTCOME", "USER", "APP", "FROM", "POLICY", "REFERENCE", "DETAIL"];

    public static void WriteTable(IEnumerable<AuditRow> rows, TextWriter output)
    {
        List<string[]> lines =
        [
            Titles,
            .. rows.Select(static row => (string[])
            [
                DateTimeOffset.FromUnixTimeMilliseconds(row.At).ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                row.Kind, row.Outcome, Text(row.UserName ?? row.User), Text(row.App), Text(row.Address), Text(row.Policy), Text(row.Reference), Text(row.Detail),
            ]),
        ];
        var widths = Enumerable.Range(0, Titles.Length).Select(column => lines.Max(line => line[column].Length)).ToList();
        foreach (var line in lines)
        {
            output.WriteLine(string.Join(' ', line.Select((text, column) => text.PadRight(widths[column]))).TrimEnd());
        }
    }

    /// <summary>A JSON object a line.</summary>
    public static void WriteJson(IEnumerable<AuditRow> rows, TextWriter output)
    {
        foreach (var row in rows)
        {
            output.WriteLine(JsonSerializer.Serialize(new AuditLine(DateTimeOffset.FromUnixTimeMilliseconds(row.At), row.Kind, row.Outcome, row.User, row.UserName, row.App, row.Address, row.Policy, row.Reference, row.Detail), AuditJsonContext.Default.AuditLine));
        }
    }

    private static string Text(string? text) => string.IsNullOrEmpty(text) ? "-" : text;
}

/// <summary>An event as JSON.</summary>
internal sealed record AuditLine(DateTimeOffset At, string Kind, string Outcome, string? User, string? UserName, string? App, string? Address, string? Policy, string? Reference, string? Detail);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditLine))]
internal sealed partial class AuditJsonContext : JsonSerializerContext;
