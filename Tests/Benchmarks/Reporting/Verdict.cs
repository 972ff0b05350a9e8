using System.Globalization;
using AppProxy.Benchmarks.Load;
using AppProxy.Benchmarks.Rows;

namespace AppProxy.Benchmarks.Reporting;

/// <summary>One bar and how it went.</summary>
internal sealed record Verdict(string Bar, string Measured, bool Met)
{
    /// <summary>A request costs no more for the number of apps; the rest is the machine's noise between two runs of the same.</summary>
    private const double LowestRateOfMany = 0.9;

    /// <summary>Judges the relay in one row; a bar whose opponent did not run is left out.</summary>
    public static IEnumerable<Verdict> Of(Row row, Summary relay, Summary? ofMany, Summary? yarp, Summary? ssh)
    {
        var bars = row.Bars;
        yield return new Verdict("every request answered", Text($"{relay.Errors} errors of {relay.Sent}"), relay is { Errors: 0, Sent: > 0 });
        if (yarp is not null)
        {
            if (bars.LowestRate is { } lowest)
            {
                yield return AtLeast(Text($"{row.RateUnit} ≥ {lowest:0.0#} of YARP's"), relay.Rate, yarp.Rate, lowest);
            }

            if (bars.HighestP50 is { } p50)
            {
                yield return AtMost(Text($"p50 ≤ {p50:0.#} × YARP's"), relay.P50, yarp.P50, p50);
            }

            if (bars.HighestP99 is { } p99)
            {
                yield return AtMost(Text($"p99 ≤ {p99:0.#} × YARP's"), relay.P99, yarp.P99, p99);
            }

            if (bars.RelayServerRate is { } relayServer)
            {
                var share = relayServer * RelayServerFigures.TimesAhead;
                yield return AtLeast(Text($"{RelayServerFigures.TimesAhead:0} × RelayServer ({share:0.00} of YARP's {row.RateUnit})"), relay.Rate, yarp.Rate, share);
            }
        }

        if (ofMany is not null && row.Kind == LoadKind.Requests)
        {
            yield return AtLeast(Text($"with 10,000 published apps {row.RateUnit} ≥ {LowestRateOfMany:0.0#} of one app's"), ofMany.Rate, relay.Rate, LowestRateOfMany);
        }

        if (ssh is not null)
        {
            if (row.Kind != LoadKind.Events)
            {
                yield return new Verdict(Text($"{row.RateUnit} ahead of OpenSSH -R"), Text($"{relay.Rate:#,0} : {ssh.Rate:#,0}"), relay.Rate > ssh.Rate);
            }

            if (row.Kind != LoadKind.Transfer)
            {
                yield return new Verdict("p99 ahead of OpenSSH -R", Text($"{relay.P99:0.00} : {ssh.P99:0.00} ms"), relay.P99 < ssh.P99);
            }
        }
    }

    private static Verdict AtLeast(string bar, double value, double reference, double share)
    {
        var ratio = reference > 0 ? value / reference : 0;
        return new Verdict(bar, Text($"{ratio:0.00}"), ratio >= share);
    }

    private static Verdict AtMost(string bar, double value, double reference, double times)
    {
        var ratio = reference > 0 ? value / reference : 0;
        return new Verdict(bar, Text($"{ratio:0.0} ×"), value > 0 && ratio <= times);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
