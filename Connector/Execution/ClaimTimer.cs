using System.Collections.Concurrent;

namespace AppProxy.Connector.Execution;

/// <summary>
/// Claims a replayable request that the app has not answered for 20 ms, so that the gateway knows who has it (DESIGN.md section 4).
/// All wait equally long, so one queue and one timer serve them all.
/// </summary>
internal sealed class ClaimTimer : IDisposable
{
    public static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentQueue<(ConnectorExchange Exchange, long Added)> _waiting = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private int _armed;

    public ClaimTimer(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static state => ((ClaimTimer)state!).OnTick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(ConnectorExchange exchange)
    {
        _waiting.Enqueue((exchange, _time.GetTimestamp()));
        Arm(Delay);
    }

    public void Dispose() => _timer.Dispose();

    private void Arm(TimeSpan due)
    {
        if (Interlocked.Exchange(ref _armed, 1) == 0)
        {
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTick()
    {
        while (_waiting.TryPeek(out var first))
        {
            var left = Delay - _time.GetElapsedTime(first.Added);
            if (left > TimeSpan.Zero && !first.Exchange.IsNamed)
            {
                Volatile.Write(ref _armed, 0);
                Arm(left);
                return;
            }

            _waiting.TryDequeue(out _);
            first.Exchange.ClaimUnlessNamed();
        }

        Volatile.Write(ref _armed, 0);
        if (!_waiting.IsEmpty)
        {
            Arm(Delay);
        }
    }
}
