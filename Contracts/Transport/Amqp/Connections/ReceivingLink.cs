using System.Buffers;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>Our end of a link that the peer sends on: gives credit, puts multi-frame deliveries together, hands them on whole.</summary>
internal abstract class ReceivingLink : AmqpLink
{
    private readonly int _maxMessageSize;
    private TaskCompletionSource? _drained;
    private PooledBuffer? _partial;
    private int _partialLength;
    private int _partialCounted;
    private uint _partialId;
    private uint _partialFormat;
    private bool _partialSettled;
    private bool _isMidDelivery;

    protected ReceivingLink(AmqpSession session, string name, int maxMessageSize)
        : base(session, name)
    {
        _maxMessageSize = maxMessageSize;
    }

    public override bool IsReceiver => true;

    /// <summary>Adds to the credit; it is told once the link is attached.</summary>
    public void AddCredit(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        lock (Connection.Gate)
        {
            LinkCredit = (uint)Math.Min(int.MaxValue, LinkCredit + (long)count);
            if (IsOpen)
            {
                Session.MarkDirty(this);
            }
        }

        Connection.FlushSoon();
    }

    /// <summary>Takes back all credit; completes when nothing more can arrive.</summary>
    public async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        Task drained;
        lock (Connection.Gate)
        {
            if (LinkCredit == 0 || !IsOpen)
            {
                return;
            }

            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            drained = _drained.Task;
            Drain = true;
            Session.MarkDirty(this);
        }

        Connection.FlushSoon();
        await drained.WaitAsync(cancellationToken);
    }

    /// <summary>Gives a delivery its outcome.</summary>
    public void Settle(uint deliveryId, in DeliveryState state) => Session.Settle(isReceiver: true, deliveryId, state);

    internal void OnTransfer(in Transfer transfer, in ReadOnlySequence<byte> payload)
    {
        bool isOverCredit;
        lock (Connection.Gate)
        {
            if (!IsOpen)
            {
                // We detached, and the peer could not know yet.
                DropPartial();
                return;
            }

            isOverCredit = !_isMidDelivery && !TakeCredit(transfer);
        }

        if (isOverCredit)
        {
            Close(new AmqpError(ErrorCondition.TransferLimitExceeded, "A message came in without credit."));
            return;
        }

        if (transfer.Aborted)
        {
            DropPartial();
            return;
        }

        if (_partialLength + payload.Length > _maxMessageSize)
        {
            DropPartial();
            Close(new AmqpError(ErrorCondition.MessageSizeExceeded, $"A message is longer than {_maxMessageSize} bytes."));
            return;
        }

        Collect(payload, transfer.More);
        _partialSettled |= transfer.Settled ?? false;
        if (transfer.More)
        {
            return;
        }

        Connection.CountPartial(-_partialCounted);
        _partialCounted = 0;
        var delivery = new IncomingDelivery(_partialId, _partialSettled, _partialFormat, _partial!, _partialLength);
        _partial = null;
        _partialLength = 0;
        _isMidDelivery = false;
        OnDelivery(delivery);
    }

    internal override void OnFlow(in Flow flow)
    {
        TaskCompletionSource? drained = null;
        lock (Connection.Gate)
        {
            if (!IsOpen)
            {
                return;
            }

            // The sender moved its delivery-count on: credit was used up without a delivery, in a drain.
            if (flow.DeliveryCount is { } count)
            {
                var skipped = count - DeliveryCount;
                if (skipped <= LinkCredit)
                {
                    DeliveryCount = count;
                    LinkCredit -= skipped;
                }
            }

            if (LinkCredit == 0)
            {
                drained = EndDrain();
            }

            if (flow.Echo)
            {
                Session.MarkDirty(this);
            }
        }

        drained?.TrySetResult();
    }

    /// <summary>A whole delivery, in order; neither wait nor throw.</summary>
    protected abstract void OnDelivery(in IncomingDelivery delivery);

    private protected override void OnAccepting(Attach attach)
    {
        if (!attach.IsReceiver)
        {
            DeliveryCount = attach.InitialDeliveryCount;
        }

        if (LinkCredit > 0)
        {
            Session.MarkDirty(this);
        }
    }

    private protected override void Clean(AmqpError? error)
    {
        TaskCompletionSource? drained;
        lock (Connection.Gate)
        {
            drained = EndDrain();
        }

        drained?.TrySetResult();
    }

    /// <summary>Sets the count that the peer starts from; before <see cref="AmqpLink.Accept"/>.</summary>
    protected void StartFrom(uint initialDeliveryCount) => DeliveryCount = initialDeliveryCount;

    private bool TakeCredit(in Transfer transfer)
    {
        if (LinkCredit == 0)
        {
            return false;
        }

        DeliveryCount++;
        LinkCredit--;
        _partialId = transfer.DeliveryId ?? throw AmqpException.Decode("A delivery begins without a delivery-id.");
        _partialFormat = transfer.MessageFormat;
        _partialSettled = false;
        _isMidDelivery = true;
        return true;
    }

    private void Collect(in ReadOnlySequence<byte> payload, bool more)
    {
        var needed = _partialLength + (int)payload.Length;
        if (more)
        {
            _partialCounted += (int)payload.Length;
            Connection.CountPartial((int)payload.Length);
        }

        if (_partial is null)
        {
            // The first frame of several is full, most likely; room for a second one saves a copy as often as not.
            _partial = PooledBuffer.Rent(Math.Max(more ? needed * 2 : needed, 1));
        }
        else if (_partial.Array.Length < needed)
        {
            var larger = PooledBuffer.Rent(Math.Min(Math.Max(needed, _partial.Array.Length * 2), Math.Max(_maxMessageSize, needed)));
            _partial.Array.AsSpan(0, _partialLength).CopyTo(larger.Array);
            _partial.Release();
            _partial = larger;
        }

        payload.CopyTo(_partial.Array.AsSpan(_partialLength));
        _partialLength = needed;
    }

    private void DropPartial()
    {
        Connection.CountPartial(-_partialCounted);
        _partialCounted = 0;
        _partial?.Release();
        _partial = null;
        _partialLength = 0;
        _isMidDelivery = false;
    }

    private TaskCompletionSource? EndDrain()
    {
        var drained = _drained;
        _drained = null;
        Drain = false;
        return drained;
    }
}
