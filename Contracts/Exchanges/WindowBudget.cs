namespace AppProxy.Contracts.Exchanges;

/// <summary>
/// What all receive windows of a process may promise together. Beyond it windows stay at their reserve, so memory has a bound
/// and yet no exchange starves.
/// </summary>
public sealed class WindowBudget
{
    private readonly long _total;
    private long _leased;

    /// <summary>Creates a budget.</summary>
    public WindowBudget(WindowOptions options)
    {
        Options = options;
        _total = options.Budget;
    }

    /// <summary>Sizes of single windows.</summary>
    public WindowOptions Options { get; }

    /// <summary>Octets promised now, reserves included.</summary>
    public long Leased => Volatile.Read(ref _leased);

    /// <summary>The first lease of a new exchange: <see cref="WindowOptions.Initial"/> while there is plenty, its reserve when there is not.</summary>
    internal int LeaseInitial() => TryLease(Options.Initial) ? Options.Initial : LeaseReserve();

    /// <summary>Takes <paramref name="octets"/> more, or nothing.</summary>
    internal bool TryLease(int octets)
    {
        if (Interlocked.Add(ref _leased, octets) <= _total)
        {
            return true;
        }

        Interlocked.Add(ref _leased, -octets);
        return false;
    }

    /// <summary>Gives a lease back.</summary>
    internal void Return(int octets) => Interlocked.Add(ref _leased, -octets);

    private int LeaseReserve()
    {
        Interlocked.Add(ref _leased, Options.Reserve);
        return Options.Reserve;
    }
}
