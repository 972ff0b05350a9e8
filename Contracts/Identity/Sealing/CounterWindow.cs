namespace AppProxy.Contracts.Identity.Sealing;

/// <summary>Which of a link's messages came before: the counters up to <paramref name="size"/> below the highest, a bit each. Guarded by its owner.</summary>
/// <param name="size">A power of two, 64 at least.</param>
internal sealed class CounterWindow(int size)
{
    private readonly ulong[] _seen = new ulong[size / 64];
    private ulong _highest;
    private bool _isEmpty = true;

    /// <summary>False for a counter that came before, or is too low to tell.</summary>
    public bool IsNew(ulong counter)
    {
        if (_isEmpty || counter > _highest)
        {
            return true;
        }

        return _highest - counter < (ulong)size && (_seen[Word(counter)] & Bit(counter)) == 0;
    }

    public void Add(ulong counter)
    {
        if (_isEmpty)
        {
            _isEmpty = false;
            _highest = counter;
        }
        else if (counter > _highest)
        {
            if (counter - _highest >= (ulong)size)
            {
                Array.Clear(_seen);
            }
            else
            {
                for (var skipped = _highest + 1; skipped <= counter; skipped++)
                {
                    _seen[Word(skipped)] &= ~Bit(skipped);
                }
            }

            _highest = counter;
        }
        else if (_highest - counter >= (ulong)size)
        {
            return;
        }

        _seen[Word(counter)] |= Bit(counter);
    }

    private static ulong Bit(ulong counter) => 1UL << (int)(counter & 63);

    private int Word(ulong counter) => (int)((counter & (ulong)(size - 1)) >> 6);
}
