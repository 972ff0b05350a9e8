using AppProxy.Contracts.Transport;

namespace AppProxy.Contracts.Exchanges;

/// <summary>One message of an outbox: its frames, and the request messages that may be settled once the broker has it.</summary>
internal sealed class OutboxMessage(FrameOutbox outbox, PooledBuffer buffer, int length) : OutboundMessage
{
    private List<InboundMessage>? _more;
    private InboundMessage? _settleWhenAccepted;

    public override PooledBuffer Buffer => buffer;

    public override ReadOnlyMemory<byte> Body => buffer.Array.AsMemory(0, length);

    public override string? SessionId => outbox.SessionId;

    public int Length => length;

    /// <summary>Whether nothing more is expected of this message: accepted, refused, sent again or given up. Guarded by the outbox.</summary>
    public bool Answered { get; set; }

    /// <summary>Whether its link was lost before an answer, so that the link holds its bytes no longer. Guarded by the outbox.</summary>
    public bool LinkDone { get; set; }

    public void SettleWhenAccepted(InboundMessage request)
    {
        if (_settleWhenAccepted is null)
        {
            _settleWhenAccepted = request;
        }
        else
        {
            (_more ??= []).Add(request);
        }
    }

    public override void Completed(TransportException? failure) => outbox.OnCompleted(this, failure);

    /// <summary>The first frames of these requests are with the broker (or will never be): from here on the gateway answers for them.</summary>
    public void Settle(Settlement settlement)
    {
        Settle(_settleWhenAccepted, settlement);
        _settleWhenAccepted = null;
        if (_more is not null)
        {
            foreach (var request in _more)
            {
                Settle(request, settlement);
            }

            _more = null;
        }
    }

    /// <summary>The same frames once more, for a new link; the old message may still be in the hands of the old one.</summary>
    public OutboxMessage Again()
    {
        buffer.Retain();
        var again = new OutboxMessage(outbox, buffer, length) { _settleWhenAccepted = _settleWhenAccepted, _more = _more };
        _settleWhenAccepted = null;
        _more = null;
        return again;
    }

    private static void Settle(InboundMessage? request, Settlement settlement)
    {
        if (request is not null)
        {
            request.Settle(settlement);
            request.Release();
        }
    }
}
