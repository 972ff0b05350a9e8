namespace AppProxy.Contracts.Exchanges;

/// <summary>
/// Deadlines cross machines, so they are told in one clock: the broker's, which stamps every message it takes. The smallest
/// difference seen lately between that stamp and our clock at arrival is the offset, since messages only arrive late, never early.
/// </summary>
internal sealed class BrokerClock(TimeProvider time)
{
    /// <summary>An operator should repair a clock that is further off: other things (tokens, logs) depend on it too.</summary>
    public static readonly TimeSpan Skewed = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private long _smallest = long.MaxValue;
    private long _smallestBefore = long.MaxValue;
    private long _windowStart;

    /// <summary>Our clock minus the broker's, as far as known.</summary>
    public TimeSpan Offset
    {
        get
        {
            var smallest = Math.Min(Volatile.Read(ref _smallest), Volatile.Read(ref _smallestBefore));
            return smallest == long.MaxValue ? TimeSpan.Zero : TimeSpan.FromMilliseconds(smallest);
        }
    }

    /// <summary>Whether the clocks are so far apart that it should be reported.</summary>
    public bool IsSkewed => Offset.Duration() > Skewed;

    /// <summary>Learns from a message that has just arrived.</summary>
    public void Observe(DateTimeOffset enqueued)
    {
        var now = time.GetUtcNow();
        var difference = (long)(now - enqueued).TotalMilliseconds;
        if (difference >= Volatile.Read(ref _smallest) && time.GetElapsedTime(Volatile.Read(ref _windowStart)) < Window)
        {
            return;
        }

        lock (_gate)
        {
            if (time.GetElapsedTime(_windowStart) >= Window)
            {
                _smallestBefore = _smallest;
                _smallest = long.MaxValue;
                _windowStart = time.GetTimestamp();
            }

            _smallest = Math.Min(_smallest, difference);
        }
    }

    /// <summary>Broker's time, unix milliseconds, at so long from now.</summary>
    public long After(TimeSpan wait) => (time.GetUtcNow() - Offset + wait).ToUnixTimeMilliseconds();

    /// <summary>Whether a deadline in the broker's time is over; 0 never is.</summary>
    public bool IsOver(long deadline) => deadline != 0 && After(TimeSpan.Zero) > deadline;
}
