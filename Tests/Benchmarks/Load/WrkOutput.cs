using System.Globalization;
using System.Text.RegularExpressions;

namespace AppProxy.Benchmarks.Load;

/// <summary>Reads what wrk --latency prints.</summary>
internal static partial class WrkOutput
{
    public static LoadReport Parse(string output, string errors)
    {
        var rate = Rate().Match(output);
        if (!rate.Success)
        {
            return new LoadReport { Sent = 1, Broken = 1, FirstError = (output + errors).Trim().ReplaceLineEndings(" ") };
        }

        var answered = Number(Requests().Match(output).Groups[1]);
        var socketErrors = SocketErrors().Match(output);
        var broken = socketErrors.Success ? Number(socketErrors.Groups[1]) + Number(socketErrors.Groups[2]) + Number(socketErrors.Groups[3]) : 0;
        var timeouts = socketErrors.Success ? Number(socketErrors.Groups[4]) : 0;
        if (answered == 0 && broken + timeouts == 0)
        {
            // wrk says nothing of requests that are never answered; at least one was sent.
            timeouts = 1;
        }

        var refused = Refused().Match(output);
        var wrong = refused.Success ? Number(refused.Groups[1]) : 0;
        return new LoadReport
        {
            Sent = answered + broken + timeouts,
            Answered = answered - wrong,
            Wrong = wrong,
            Broken = broken,
            Unanswered = timeouts,
            Rate = double.Parse(rate.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
            P50Milliseconds = Milliseconds(Median().Match(output)),
            P99Milliseconds = Milliseconds(NinetyNinth().Match(output)),
            FirstError = answered == 0 ? "no answer at all" : broken + timeouts + wrong > 0 ? (socketErrors.Value + " " + refused.Value).Trim() : null,
        };
    }

    private static long Number(Group group) => long.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    private static double Milliseconds(Match match)
    {
        if (!match.Success)
        {
            return 0;
        }

        var value = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch
        {
            "us" => value / 1000,
            "ms" => value,
            "s" => value * 1000,
            _ => value * 60_000,
        };
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Requests();

    [GeneratedRegex(@"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")]
    private static partial Regex SocketErrors();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex Refused();

    [GeneratedRegex(@"50%\s+([\d.]+)(us|ms|s|m)")]
    private static partial Regex Median();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s|m)")]
    private static partial Regex NinetyNinth();
}
