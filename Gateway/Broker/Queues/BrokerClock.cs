namespace AppProxy.Gateway.Broker.Queues;

/// <summary>
/// The broker's time in ticks of 100 ns. Locks and lives are counted on the monotonic clock, so that setting the machine's clock frees or
/// expires nothing; what is told to others is UTC.
/// </summary>
internal sealed class BrokerClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private long _utcOffset = time.GetUtcNow().Ticks;
    private long _offsetAge;

    public TimeProvider Time { get; } = time;

    /// <summary>Ticks since the clock was made.</summary>
    public long Now
    {
        get
        {
            var now = Time.GetElapsedTime(_start).Ticks;
            if (now - Volatile.Read(ref _offsetAge) > TimeSpan.TicksPerSecond)
            {
                // Follows corrections of the wall clock. Two threads doing it at once find the same.
                Volatile.Write(ref _utcOffset, Time.GetUtcNow().Ticks - now);
                Volatile.Write(ref _offsetAge, now);
            }

            return now;
        }
    }

    /// <summary>UTC of a moment on this clock.</summary>
    public DateTimeOffset ToUtc(long ticks)
    {
        var offset = Volatile.Read(ref _utcOffset);
        return ticks >= DateTimeOffset.MaxValue.Ticks - offset ? DateTimeOffset.MaxValue : new DateTimeOffset(ticks + offset, TimeSpan.Zero);
    }

    /// <summary>The moment <paramref name="span"/> after <paramref name="now"/>; <see cref="long.MaxValue"/> = never.</summary>
    public static long After(long now, TimeSpan span) => span.Ticks >= long.MaxValue - now ? long.MaxValue : now + span.Ticks;
}
