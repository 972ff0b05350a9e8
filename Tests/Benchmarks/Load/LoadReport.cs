namespace AppProxy.Benchmarks.Load;

/// <summary>What a load generator saw. Every request sent is in exactly one of the four counts after it.</summary>
internal sealed record LoadReport
{
    public long Sent { get; init; }

    /// <summary>Answered in full and as expected (for event streams: events received).</summary>
    public long Answered { get; init; }

    /// <summary>Answered with another status or another length than expected.</summary>
    public long Wrong { get; init; }

    /// <summary>The connection ended before the answer did, or could not be made.</summary>
    public long Broken { get; init; }

    /// <summary>Not answered within the grace period after the end.</summary>
    public long Unanswered { get; init; }

    /// <summary>Requests a second, or megabytes (10^6 bytes) a second of a transfer.</summary>
    public double Rate { get; init; }

    public double P50Milliseconds { get; init; }

    public double P99Milliseconds { get; init; }

    /// <summary>What went wrong first, if anything did.</summary>
    public string? FirstError { get; init; }

    public long Errors => Wrong + Broken + Unanswered;
}
