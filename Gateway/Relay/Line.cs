namespace AppProxy.Gateway.Relay;

/// <summary>An app's line: the requests that wait for a connector. Bounded, so that one app that nobody serves does not fill the broker.</summary>
internal sealed class Line
{
    private int _waiting;

    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Stands in line, unless it is full.</summary>
    public bool TryEnter(int limit)
    {
        if (Interlocked.Increment(ref _waiting) <= limit)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _waiting);
}
