namespace AppProxy.Gateway.Broker.Queues;

/// <summary>
/// A queue's one timer. It is set only when something is due earlier than it would fire anyway, and may find nothing to do then: so
/// passing messages never touch it.
/// </summary>
internal sealed class ExpiryTimer : IDisposable
{
    // Keeps System.Threading.Timer within its range; the sweep just sets it again.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly BrokerClock _clock;
    private readonly Action _sweep;
    private readonly ITimer _timer;
    private long _armedFor = long.MaxValue;
    private bool _disposed;

    /// <param name="clock">The broker's clock.</param>
    /// <param name="sweep">Does what is due and arms the timer for what comes next.</param>
    public ExpiryTimer(BrokerClock clock, Action sweep)
    {
        _clock = clock;
        _sweep = sweep;
        _timer = clock.Time.CreateTimer(static state => ((ExpiryTimer)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sees to it that the sweep runs at <paramref name="due"/> at the latest. Not to be called under a lock.</summary>
    public void Arm(long due)
    {
        if (due >= Volatile.Read(ref _armedFor))
        {
            return;
        }

        lock (_gate)
        {
            if (due >= _armedFor || _disposed)
            {
                return;
            }

            _armedFor = due;

            // Up to the next millisecond: timers count whole ones and would fire too early.
            var delay = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(TimeSpan.FromTicks(due - _clock.Now).TotalMilliseconds)));
            _timer.Change(delay < LongestDelay ? delay : LongestDelay, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _timer.Dispose();
    }

    private void Fire()
    {
        lock (_gate)
        {
            _armedFor = long.MaxValue;
        }

        _sweep();
    }
}
