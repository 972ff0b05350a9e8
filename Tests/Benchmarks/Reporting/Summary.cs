using AppProxy.Benchmarks.Load;

namespace AppProxy.Benchmarks.Reporting;

/// <summary>All rounds of one contender in one row, each figure the median of its own.</summary>
internal sealed record Summary(double Rate, double P50, double P99, long Sent, long Errors, int Rounds, string? FirstError)
{
    public static Summary Of(IReadOnlyList<LoadReport> rounds) => new(
        Median(rounds.Select(round => round.Rate)),
        Median(rounds.Select(round => round.P50Milliseconds)),
        Median(rounds.Select(round => round.P99Milliseconds)),
        rounds.Sum(round => round.Sent),
        rounds.Sum(round => round.Errors),
        rounds.Count,
        rounds.Select(round => round.FirstError).FirstOrDefault(error => error is not null));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
