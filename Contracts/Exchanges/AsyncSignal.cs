using System.Threading.Tasks.Sources;

namespace AppProxy.Contracts.Exchanges;

/// <summary>
/// Wakes one waiter, any number of times, without an allocation. A set that nobody waits for is remembered once.
/// The waiter continues on the thread pool, never on the setter's thread: setters are the loops that read sessions.
/// </summary>
internal sealed class AsyncSignal : IValueTaskSource
{
    private const int Idle = 0;
    private const int Set = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private int _state;

    /// <summary>Completes at the next, or the remembered, <see cref="Raise"/>. One waiter at a time.</summary>
    public ValueTask WaitAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Set) == Set)
        {
            return ValueTask.CompletedTask;
        }

        _core.Reset();
        var task = new ValueTask(this, _core.Version);
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Set)
        {
            // Raised in between: nobody will complete the source, so don't wait on it.
            Volatile.Write(ref _state, Idle);
            return ValueTask.CompletedTask;
        }

        return task;
    }

    public void Raise()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            switch (state)
            {
                case Set:
                    return;
                case Idle when Interlocked.CompareExchange(ref _state, Set, Idle) == Idle:
                    return;
                case Waiting when Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting:
                    _core.SetResult(true);
                    return;
            }
        }
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
