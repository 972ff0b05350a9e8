namespace AppProxy.Tests.EndToEnd;

/// <summary>A number that many threads change, and that a test waits for.</summary>
internal sealed class Tally
{
    private readonly Lock _gate = new();
    private readonly List<(Func<long, bool> Condition, TaskCompletionSource Reached)> _waiters = [];
    private long _count;

    public long Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    public void Add(long change)
    {
        lock (_gate)
        {
            _count += change;
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                if (_waiters[i].Condition(_count))
                {
                    _waiters[i].Reached.SetResult();
                    _waiters.RemoveAt(i);
                }
            }
        }
    }

    /// <summary>Waits until <paramref name="condition"/> holds of the number, now or after a change.</summary>
    public Task WaitForAsync(Func<long, bool> condition, CancellationToken cancellationToken)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (condition(_count))
            {
                return Task.CompletedTask;
            }

            _waiters.Add((condition, reached));
        }

        return reached.Task.WaitAsync(cancellationToken);
    }
}
