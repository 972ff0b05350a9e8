using AppProxy.Contracts.Identity;

namespace AppProxy.Connector.Enrollment;

/// <summary>
/// Whether the gateway still takes this connector. One that is shut out asks again from time to time, and no more often, whoever in here wants
/// something: a refusal is not signed, so who sits on the way may have said it, and a store that was away may come back.
/// </summary>
internal sealed class Standing(TimeProvider time)
{
    /// <summary>A fleet that is shut out costs its gateway next to nothing.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSignal();
    private GatewayCallException? _refusal;
    private long _askedAt;

    /// <summary>What the gateway said; null while it takes this connector.</summary>
    public GatewayCallException? Refusal => Volatile.Read(ref _refusal);

    /// <summary>Whether a refusal is about the connector, and not about one call of it.</summary>
    public static bool IsShutOutBy(CallFault? fault) => fault is CallFault.ConnectorRevoked or CallFault.ConnectorBlocked or CallFault.ConnectorUnknown;

    /// <summary>Comes before each call.</summary>
    /// <exception cref="GatewayCallException">The gateway would say no more than it said a moment ago.</exception>
    public void BeforeCall()
    {
        lock (_gate)
        {
            if (_refusal is null)
            {
                return;
            }

            if (time.GetElapsedTime(_askedAt) < Interval)
            {
                throw new GatewayCallException(_refusal.Fault, _refusal.Message, _refusal);
            }

            _askedAt = time.GetTimestamp();
        }
    }

    public void OnRefused(GatewayCallException refusal)
    {
        lock (_gate)
        {
            _askedAt = time.GetTimestamp();
            Change(refusal);
        }
    }

    public void OnTaken()
    {
        if (Refusal is not null)
        {
            lock (_gate)
            {
                Change(null);
            }
        }
    }

    /// <summary>Waits until the gateway has shut this connector out, or takes it again.</summary>
    public async Task WaitAsync(bool isShutOut, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_refusal is not null == isShutOut)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Change(GatewayCallException? refusal)
    {
        var isChanged = _refusal is null != refusal is null;
        Volatile.Write(ref _refusal, refusal);
        if (isChanged)
        {
            var changed = _changed;
            _changed = NewSignal();
            changed.SetResult();
        }
    }
}
