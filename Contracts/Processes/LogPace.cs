namespace AppProxy.Contracts.Processes;

/// <summary>Lets a line through each second, and counts what it keeps back: what strangers can cause at will shall be seen, and not fill a log.</summary>
internal sealed class LogPace
{
    private readonly Lock _gate = new();
    private long _passedAt = long.MinValue;
    private long _keptBack;

    /// <param name="now">In seconds, by any clock.</param>
    /// <param name="keptBack">How many were kept back since the last that passed.</param>
    public bool TryPass(long now, out long keptBack)
    {
        lock (_gate)
        {
            keptBack = _keptBack;
            if (_passedAt == now)
            {
                _keptBack++;
                return false;
            }

            (_passedAt, _keptBack) = (now, 0);
            return true;
        }
    }
}
