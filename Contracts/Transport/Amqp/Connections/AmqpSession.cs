using System.Buffers;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>One session: transfer windows in both directions, delivery ids, and the links. All state is guarded by the connection's gate.</summary>
internal sealed partial class AmqpSession
{
    // Handles 0 to 255: Service Bus allows 255 links in a session.
    private const int MaxHandles = 256;

    private readonly UnsettledDeliveries _unsettled = new();
    private readonly PendingSettlements _settlements = new();
    private readonly LinkTable _links = new();
    private readonly List<AmqpLink> _dirty = [];
    private uint _nextIncomingId;
    private uint _incomingWindow;
    private uint _nextOutgoingId;
    private uint _remoteIncomingWindow;
    private uint _nextDeliveryId;
    private uint _remoteHandleMax = MaxHandles - 1;
    private bool _isPending;
    private bool _flowDue;
    private bool _isEnded;

    public AmqpSession(AmqpConnection connection, ushort channel)
    {
        Connection = connection;
        LocalChannel = channel;
        _incomingWindow = connection.Options.IncomingWindow;
    }

    public AmqpConnection Connection { get; }

    public ushort LocalChannel { get; }

    public ushort? RemoteChannel { get; private set; }

    /// <summary>Transfers that the peer takes before it opens its window again.</summary>
    internal uint RemoteIncomingWindow => _remoteIncomingWindow;

    /// <summary>Attaches a link from our side; its attach is answered through <see cref="AmqpLink.Attached"/>.</summary>
    public void Attach(AmqpLink link, Attach attach)
    {
        lock (Connection.Gate)
        {
            Connection.ThrowIfOver();
            if (_isEnded)
            {
                throw new TransportException(TransportFailure.Detached, "The session has ended.");
            }

            _links.AddLocal(link, HandleLimit);
            link.WriteAttach(attach);
        }

        Connection.FlushSoon();
    }

    /// <summary>Tells the peer the state of a delivery, settled; merged with others of the same kind before the next flush.</summary>
    public void Settle(bool isReceiver, uint deliveryId, in DeliveryState state)
    {
        lock (Connection.Gate)
        {
            if (_isEnded || !Connection.CanWrite)
            {
                return;
            }

            if (state.Error is null)
            {
                _settlements.Add(deliveryId, isReceiver, state);
                MarkPending();
            }
            else
            {
                WriteDisposition(isReceiver, deliveryId, deliveryId, state);
            }
        }

        Connection.FlushSoon();
    }

    internal void OnBegun(ushort remoteChannel, in Begin begin)
    {
        RemoteChannel = remoteChannel;
        _nextIncomingId = begin.NextOutgoingId;
        _remoteIncomingWindow = begin.IncomingWindow;
        _remoteHandleMax = Math.Min(begin.HandleMax, MaxHandles - 1);

        // A client may attach and send in the same breath as its begin, so what it queued before may go now.
        Pump();
    }

    internal void OnTransfer(in Transfer transfer, in ReadOnlySequence<byte> payload)
    {
        ReceivingLink link;
        lock (Connection.Gate)
        {
            if (_incomingWindow == 0)
            {
                throw new AmqpException(ErrorCondition.WindowViolation, "More transfers came in than the session's window allows.");
            }

            _nextIncomingId++;
            if (--_incomingWindow <= Connection.Options.IncomingWindow / 2)
            {
                _flowDue = true;
                MarkPending();
            }

            link = _links.Find(transfer.Handle) as ReceivingLink
                ?? throw new AmqpException(ErrorCondition.NotAllowed, "A transfer came in on a link that we send on.");
        }

        link.OnTransfer(transfer, payload);
        if (_flowDue)
        {
            Connection.FlushSoon();
        }
    }

    internal void OnFlow(in Flow flow)
    {
        AmqpLink? link = null;
        lock (Connection.Gate)
        {
            // Section 2.5.6: the window counts from what the peer had seen when it wrote the flow. It may say uint.Max, so subtract first.
            var unseen = flow.NextIncomingId is { } seen ? _nextOutgoingId - seen : _nextOutgoingId;
            unseen = unseen > int.MaxValue ? 0 : unseen;
            _remoteIncomingWindow = flow.IncomingWindow > unseen ? flow.IncomingWindow - unseen : 0;
            if (flow.Handle is { } handle)
            {
                link = _links.Find(handle);
            }
            else if (flow.Echo)
            {
                _flowDue = true;
                MarkPending();
            }
        }

        link?.OnFlow(flow);
        Pump();
        Connection.FlushSoon();
    }

    internal void OnAttach(Attach attach, ILinkAcceptor? acceptor)
    {
        AmqpLink? link;
        lock (Connection.Gate)
        {
            if (_isEnded)
            {
                return;
            }

            if (attach.Handle > Connection.Options.HandleMax)
            {
                throw new AmqpException(ErrorCondition.NotAllowed, "A link was attached with a handle above handle-max.");
            }

            if (_links.IsInUse(attach.Handle))
            {
                throw new AmqpException(ErrorCondition.HandleInUse, "A link was attached with a handle that is in use.");
            }

            link = _links.FindAttaching(attach);
            if (link is not null)
            {
                _links.AddRemote(link, attach.Handle);
            }
        }

        if (link is not null)
        {
            link.OnAttachAnswered(attach);
            return;
        }

        if (acceptor is null)
        {
            throw new AmqpException(ErrorCondition.NotAllowed, "Only the client attaches links.");
        }

        link = acceptor.CreateLink(this, attach);
        lock (Connection.Gate)
        {
            _links.AddRemote(link, attach.Handle);
            _links.AddLocal(link, HandleLimit);
        }

        link.OnPeerAttached(attach);
    }

    internal void OnDetach(in Detach detach)
    {
        AmqpLink link;
        lock (Connection.Gate)
        {
            link = _links.Find(detach.Handle);
            link.AnswerDetach();
            _links.Remove(link);
        }

        Connection.FlushSoon();
        link.End(detach.Error);
    }

    /// <summary>The session is over, with its links.</summary>
    internal void OnEnded(AmqpError reason)
    {
        AmqpLink[] links;
        lock (Connection.Gate)
        {
            _isEnded = true;
            links = _links.TakeAll();
        }

        foreach (var link in links)
        {
            link.End(reason);
        }
    }

    /// <summary>Lets every link go on that waited for a window or for room in the output.</summary>
    internal void Pump()
    {
        for (var i = 0; ; i++)
        {
            AmqpLink link;
            lock (Connection.Gate)
            {
                if (i >= _links.Count)
                {
                    return;
                }

                link = _links[i];
            }

            (link as SendingLink)?.Pump();
        }
    }

    /// <summary>Takes the deliveries that a disposition means off the unsettled ones.</summary>
    internal void TakeSettled(in Disposition disposition, List<SettledDelivery> taken)
    {
        if (!disposition.Settled && disposition.State.Outcome is DeliveryOutcome.None or DeliveryOutcome.Received)
        {
            return;
        }

        lock (Connection.Gate)
        {
            _unsettled.Take(disposition.First, disposition.Last, taken);
        }
    }

    /// <summary>Takes what a link has sent and not heard of; under the gate.</summary>
    internal void TakeUnsettled(SendingLink link, List<SettledDelivery> taken) => _unsettled.Take(link, taken);

    /// <summary>Gives a new delivery its id; under the gate.</summary>
    internal uint BeginDelivery(SendingLink link, object message, bool settled)
    {
        var id = _nextDeliveryId++;
        if (!settled)
        {
            _unsettled.Add(new SettledDelivery(link, message, id));
        }

        return id;
    }

    /// <summary>Counts one transfer frame; under the gate.</summary>
    internal void CountTransfer()
    {
        _nextOutgoingId++;
        _remoteIncomingWindow--;
    }

    private uint HandleLimit => Math.Min(_remoteHandleMax, Connection.Options.HandleMax);
}
