using System.Globalization;
using System.Text;
using AppProxy.Benchmarks.Contenders;
using AppProxy.Benchmarks.Load;
using AppProxy.Benchmarks.Running;

namespace AppProxy.Benchmarks.Reporting;

/// <summary>The result as it is committed and as it appears in the terminal.</summary>
internal static class MarkdownReport
{
    public static string Write(RunResult result)
    {
        var text = new StringBuilder();
        text.AppendLine("# Side by side").AppendLine();
        Line(text, $"{result.StartedAt:yyyy-MM-dd HH:mm} UTC. {MachineDescription.Text()}.");
        Line(text, $"Medians of {result.Options.Rounds} interleaved rounds of {result.Options.Seconds} s; client, app and contenders share the machine.");
        Line(text, $"Other work on the machine took {result.Noise:0 %} of its processor time meanwhile: ratios count, absolute figures move.");
        foreach (var note in result.Notes)
        {
            Line(text, $"Not measured: {note}");
        }

        text.AppendLine();
        WriteVerdictCount(text, result);
        foreach (var row in result.Rows)
        {
            WriteRow(text, row);
        }

        WriteMemory(text, result);
        return text.ToString();
    }

    private static void WriteVerdictCount(StringBuilder text, RunResult result)
    {
        var verdicts = result.Rows.SelectMany(row => row.Verdicts).ToArray();
        if (verdicts.Length > 0)
        {
            Line(text, $"**{verdicts.Count(verdict => verdict.Met)} of {verdicts.Length} bars met.**");
            text.AppendLine();
        }
    }

    private static void WriteRow(StringBuilder text, RowResult row)
    {
        Line(text, $"## {row.Row.Title}");
        text.AppendLine();
        Line(text, $"`{row.Row.Name}`, load by {row.Generator}");
        text.AppendLine();
        var timed = row.Row.Kind != LoadKind.Transfer;
        text.AppendLine(timed
            ? $"| contender | {row.Row.RateUnit} | p50 ms | p99 ms | errors | to YARP |\n|---|--:|--:|--:|--:|--:|"
            : $"| contender | {row.Row.RateUnit} | errors | to YARP |\n|---|--:|--:|--:|");
        foreach (var (contender, summary) in row.Summaries)
        {
            var times = timed ? string.Create(CultureInfo.InvariantCulture, $" {summary.P50:0.000} | {summary.P99:0.00} |") : "";
            var ratio = row.Of(ContenderNames.Yarp) is { Rate: > 0 } yarp ? string.Create(CultureInfo.InvariantCulture, $"{summary.Rate / yarp.Rate:0.00}") : "–";
            Line(text, $"| {contender} | {summary.Rate:#,0} |{times} {summary.Errors} | {ratio} |");
        }

        text.AppendLine();
        foreach (var (contender, summary) in row.Summaries.Where(entry => entry.Summary.FirstError is not null))
        {
            Line(text, $"- {contender}'s first error: {summary.FirstError}");
        }

        foreach (var verdict in row.Verdicts)
        {
            Line(text, $"- {(verdict.Met ? "met" : "**not met**")}: {verdict.Bar} ({verdict.Measured})");
        }

        if (text[^2] != '\n')
        {
            text.AppendLine();
        }
    }

    private static void WriteMemory(StringBuilder text, RunResult result)
    {
        text.AppendLine("## Memory").AppendLine();
        text.AppendLine("Resident, in MB: once started, after all rows, and the highest in between.").AppendLine();
        text.AppendLine("| contender | process | before | after | peak |\n|---|---|--:|--:|--:|");
        foreach (var line in result.Memory)
        {
            Line(text, $"| {line.Contender} | {line.Process} | {line.Before:0} | {line.After:0} | {line.Peak:0} |");
        }
    }

    private static void Line(StringBuilder text, FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
