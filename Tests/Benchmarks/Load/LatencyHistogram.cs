using System.Numerics;

namespace AppProxy.Benchmarks.Load;

/// <summary>
/// Counts durations in buckets that grow with the duration: 64 to each power of two, so a percentile is at most 1.6 % too high.
/// Not safe for several writers: each connection has its own, merged at the end.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 6;
    private const int SubBuckets = 1 << SubBucketBits;

    // Up to 2^42 ns, more than an hour; longer ones count as that.
    private readonly long[] _counts = new long[(42 - SubBucketBits + 1) * SubBuckets];

    public long Count { get; private set; }

    public void Record(TimeSpan duration)
    {
        var nanoseconds = (ulong)Math.Max(0, duration.Ticks) * 100;
        _counts[Math.Min(IndexOf(nanoseconds), _counts.Length - 1)]++;
        Count++;
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
    }

    /// <summary>The upper end of the bucket in which the given share (0 to 1) of all durations is reached; zero when there are none.</summary>
    public TimeSpan Percentile(double share)
    {
        var rank = (long)Math.Ceiling(share * Count);
        var seen = 0L;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank && seen > 0)
            {
                return TimeSpan.FromTicks((long)(UpperEndOf(i) / 100));
            }
        }

        return TimeSpan.Zero;
    }

    // Below 64 ns each value has its own bucket; from there on the six bits after the leading one choose it.
    private static int IndexOf(ulong nanoseconds)
    {
        if (nanoseconds < SubBuckets)
        {
            return (int)nanoseconds;
        }

        var shift = BitOperations.Log2(nanoseconds) - SubBucketBits;
        return ((shift + 1) << SubBucketBits) + (int)((nanoseconds >> shift) & (SubBuckets - 1));
    }

    private static ulong UpperEndOf(int index)
    {
        if (index < SubBuckets)
        {
            return (ulong)index;
        }

        var shift = (index >> SubBucketBits) - 1;
        return ((ulong)(SubBuckets + (index & (SubBuckets - 1)) + 1) << shift) - 1;
    }
}
