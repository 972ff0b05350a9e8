namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>So many tries at once, and then one every so often: a token bucket.</summary>
internal sealed class Allowance(Limit limit)
{
    private readonly Lock _gate = new();
    private double _left = limit.Most;
    private DateTimeOffset? _at;

    public bool TryTake(DateTimeOffset now)
    {
        lock (_gate)
        {
            Refill(now);
            if (_left < 1)
            {
                return false;
            }

            _left--;
            return true;
        }
    }

    public void GiveBack()
    {
        lock (_gate)
        {
            _left = Math.Min(limit.Most, _left + 1);
        }
    }

    /// <summary>How long until one is there.</summary>
    public TimeSpan WaitAt(DateTimeOffset now)
    {
        lock (_gate)
        {
            Refill(now);
            return _left < 1 ? limit.Every * (1 - _left) : TimeSpan.Zero;
        }
    }

    /// <summary>From 0 to 1, which is whole.</summary>
    public double LeftOf(DateTimeOffset now)
    {
        lock (_gate)
        {
            Refill(now);
            return _left / limit.Most;
        }
    }

    private void Refill(DateTimeOffset now)
    {
        _left = Math.Min(limit.Most, _left + ((now - (_at ?? now)) / limit.Every));
        _at = now;
    }
}
