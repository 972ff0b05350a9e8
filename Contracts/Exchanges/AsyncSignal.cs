using System.Threading.Tasks.Sources;

namespace AppProxy.Contracts.Exchanges;

/// <summary>
/// Wakes one waiter, any number of times, without an allocation. A set that nobody waits for is remembered once.
/// The waiter continues on the thread pool, never on the setter's thread: setters are the loops that read sessions.
/// </summary>
/// <remarks>
/// <code>
/// Idle ── Raise ─▶ Set ── the waiter goes on ─▶ Idle
/// Idle ── the waiter suspends ─▶ Waiting ── Raise ─▶ Set
/// </code>
/// Not on <see cref="ManualResetValueTaskSourceCore{TResult}"/>: that one says that it is complete before it is done with its fields, so a waiter that
/// looks just then, goes on and waits again resets it under the setter's hands. And it holds the last waiter until the next wait, which may never come.
/// </remarks>
internal sealed class AsyncSignal : IValueTaskSource
{
    private const int Idle = 0;
    private const int Set = 1;
    private const int Waiting = 2;

    // The waiter's until it has suspended; from Waiting on that of whoever raises.
    private Action<object?>? _continuation;
    private object? _continuationState;
    private int _state;

    /// <summary>Completes at the next, or the remembered, <see cref="Raise"/>. One waiter at a time.</summary>
    public ValueTask WaitAsync() =>
        Interlocked.CompareExchange(ref _state, Idle, Set) == Set ? ValueTask.CompletedTask : new ValueTask(this, 0);

    /// <summary>Completes the wait, or remembers that there was something to wake for. What the caller wrote before is seen by the waiter.</summary>
    public void Raise()
    {
        // A store may still be under way when the next load is done already: without this fence the state could be found Set while the
        // waiter, which takes that very Set, does not see yet what it was woken for. Nobody would wake it again.
        Interlocked.MemoryBarrier();
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state == Set)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _state, Set, state) == state)
            {
                if (state == Waiting)
                {
                    Continue();
                }

                return;
            }
        }
    }

    // With a full fence: what the waiter looks at next must not be read before the signal is seen as taken.
    void IValueTaskSource.GetResult(short token) => Interlocked.Exchange(ref _state, Idle);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => Volatile.Read(ref _state) == Set ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _continuation = continuation;
        _continuationState = state;
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) != Idle)
        {
            // Raised in between: nobody else will.
            Continue();
        }
    }

    private void Continue()
    {
        var (continuation, state) = (_continuation!, _continuationState);
        (_continuation, _continuationState) = (null, null);
        ThreadPool.UnsafeQueueUserWorkItem(continuation, state, preferLocal: true);
    }
}
