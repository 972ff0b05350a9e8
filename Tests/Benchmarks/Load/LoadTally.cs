namespace AppProxy.Benchmarks.Load;

/// <summary>What one connection saw. One writer; read after it ended.</summary>
internal sealed class LoadTally
{
    public long Sent;
    public long Answered;
    public long AnsweredInTime;
    public long Wrong;
    public long Broken;
    public string? FirstError;

    public LatencyHistogram Latency { get; } = new();

    public static LoadReport Report(IEnumerable<LoadTally> tallies, double seconds)
    {
        var latency = new LatencyHistogram();
        long sent = 0, answered = 0, inTime = 0, wrong = 0, broken = 0;
        string? firstError = null;
        foreach (var tally in tallies)
        {
            latency.Add(tally.Latency);
            sent += tally.Sent;
            answered += tally.Answered;
            inTime += tally.AnsweredInTime;
            wrong += tally.Wrong;
            broken += tally.Broken;
            firstError ??= tally.FirstError;
        }

        return new LoadReport
        {
            Sent = sent,
            Answered = answered,
            Wrong = wrong,
            Broken = broken,
            Unanswered = Math.Max(0, sent - answered - wrong - broken),
            Rate = inTime / seconds,
            P50Milliseconds = latency.Percentile(0.50).TotalMilliseconds,
            P99Milliseconds = latency.Percentile(0.99).TotalMilliseconds,
            FirstError = firstError,
        };
    }
}
