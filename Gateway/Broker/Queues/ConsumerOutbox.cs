using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Broker.Queues;

/// <summary>What a consumer's sink is still to be told, in order: deliveries, then the end of a drain, then the end of all. Under the queue's lock.</summary>
internal sealed class ConsumerOutbox
{
    private BrokerMessage? _first;
    private BrokerMessage? _last;
    private int _drains;
    private int _unusedCredit;
    private bool _detached;
    private TransportException? _reason;

    public void Deliver(BrokerMessage message)
    {
        message.NextInOutbox = null;
        if (_first is null)
        {
            _first = message;
        }
        else
        {
            _last!.NextInOutbox = message;
        }

        _last = message;
    }

    /// <summary>One answer for each drain; what several took back is in the first.</summary>
    public void Drained(int unusedCredit)
    {
        _drains++;
        _unusedCredit += unusedCredit;
    }

    /// <summary>Unanswered drains need no answer any more.</summary>
    public void Detached(TransportException? reason)
    {
        _drains = 0;
        _detached = true;
        _reason = reason;
    }

    public SinkCall Take()
    {
        if (TakeMessage() is { } message)
        {
            return new SinkCall(SinkCallKind.Deliver, message);
        }

        if (_drains > 0)
        {
            var unused = _unusedCredit;
            _drains--;
            _unusedCredit = 0;
            return new SinkCall(SinkCallKind.Drained, UnusedCredit: unused);
        }

        if (_detached)
        {
            _detached = false;
            return new SinkCall(SinkCallKind.Detached, Reason: _reason);
        }

        return default;
    }

    public BrokerMessage? TakeMessage()
    {
        var message = _first;
        if (message is not null)
        {
            _first = message.NextInOutbox;
            _last = _first is null ? null : _last; // Holds on to nothing that is gone.
            message.NextInOutbox = null;
        }

        return message;
    }
}
