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
            // With a full fence: what the waiter looks at next must not be read before the signal is seen as taken.
            Interlocked.Exchange(ref _state, Idle);
            return ValueTask.CompletedTask;
        }

        return task;
    }

    /// <summary>Completes the wait, or remembers that there was something to wake for. What the caller wrote before is seen by the waiter.</summary>
    public void Raise()
    {
        // A store may still be under way when the next load is done already: without this fence the state could be found Set while the
        // waiter, which takes that very Set, does not see yet what it was woken for. Nobody would wake it again.
        Interlocked.MemoryBarrier();
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
