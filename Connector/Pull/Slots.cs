using AppProxy.Contracts.Transport;

namespace AppProxy.Connector.Pull;

/// <summary>
/// What this connector can do at once, told to the broker as link credit: one slot for each request until its response head is out,
/// and a limit of its own for responses that still stream. A slow or dead connector grants no credit, so it is given no work.
/// </summary>
internal sealed class Slots(int slots, int maxStreams)
{
    private readonly Lock _gate = new();
    private IMessageReceiver? _receiver;
    private int _busy;
    private int _streams;
    private int _withheld;
    private int _overdrawn;

    public int Busy => Volatile.Read(ref _busy);

    public int Streams => Volatile.Read(ref _streams);

    public int Total => slots;

    /// <summary>A new link begins with what is free now.</summary>
    public void Attach(IMessageReceiver receiver)
    {
        int credit;
        lock (_gate)
        {
            _receiver = receiver;
            credit = Math.Max(0, slots - _busy - Math.Max(0, _streams - maxStreams));
            _withheld = Math.Max(0, slots - _busy - credit);
            _overdrawn = Math.Max(0, _busy - slots);
        }

        if (credit > 0)
        {
            receiver.AddCredit(credit);
        }
    }

    public void Detach()
    {
        lock (_gate)
        {
            _receiver = null;
        }
    }

    /// <summary>A request was delivered.</summary>
    public void Take()
    {
        lock (_gate)
        {
            _busy++;
        }
    }

    /// <summary>A request came that no credit was given for: the next slot that becomes free gives none.</summary>
    public void TakeUnasked()
    {
        lock (_gate)
        {
            _busy++;
            _overdrawn++;
        }
    }

    /// <summary>The request's response head is out; its body may still stream.</summary>
    public void BeginStream()
    {
        IMessageReceiver? receiver;
        lock (_gate)
        {
            _busy--;
            _streams++;
            if (TryRepay())
            {
                return;
            }

            if (_streams > maxStreams)
            {
                _withheld++;
                return;
            }

            receiver = _receiver;
        }

        receiver?.AddCredit(1);
    }

    /// <summary>A streaming response ended.</summary>
    public void EndStream()
    {
        IMessageReceiver? receiver;
        lock (_gate)
        {
            _streams--;
            if (_withheld == 0)
            {
                return;
            }

            _withheld--;
            receiver = _receiver;
        }

        receiver?.AddCredit(1);
    }

    /// <summary>The request ended before it had a response head.</summary>
    public void Free()
    {
        IMessageReceiver? receiver;
        lock (_gate)
        {
            _busy--;
            if (TryRepay())
            {
                return;
            }

            receiver = _receiver;
        }

        receiver?.AddCredit(1);
    }

    private bool TryRepay()
    {
        if (_overdrawn == 0)
        {
            return false;
        }

        _overdrawn--;
        return true;
    }
}
