using System.Buffers;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>One session: transfer windows in both directions, delivery ids, and the links. All state is guarded by the connection's gate.</summary>
internal sealed class AmqpSession
{
    // Handles 0 to 255: Service Bus allows 255 links in a session.
    private const int MaxHandles = 256;

    private readonly Dictionary<uint, SettledDelivery> _unsettled = [];
    private readonly List<Settlement> _settlements = [];
    private readonly List<AmqpLink> _links = [];
    private readonly List<AmqpLink> _dirty = [];
    private AmqpLink?[] _byRemoteHandle = new AmqpLink?[4];
    private AmqpLink?[] _byLocalHandle = new AmqpLink?[4];
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

            AddLocal(link);
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
                _settlements.Add(new Settlement(deliveryId, isReceiver, state));
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

            link = Find(transfer.Handle) as ReceivingLink
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
                link = Find(handle);
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

            if (attach.Handle < _byRemoteHandle.Length && _byRemoteHandle[attach.Handle] is not null)
            {
                throw new AmqpException(ErrorCondition.HandleInUse, "A link was attached with a handle that is in use.");
            }

            link = FindAttaching(attach);
            if (link is not null)
            {
                link.RemoteHandle = attach.Handle;
                Set(ref _byRemoteHandle, attach.Handle, link);
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
            link.RemoteHandle = attach.Handle;
            Set(ref _byRemoteHandle, attach.Handle, link);
            AddLocal(link);
        }

        link.OnPeerAttached(attach);
    }

    internal void OnDetach(in Detach detach)
    {
        AmqpLink link;
        lock (Connection.Gate)
        {
            link = Find(detach.Handle);
            link.AnswerDetach();
            Remove(link);
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
            links = [.. _links];
            _links.Clear();
            Array.Clear(_byRemoteHandle);
            Array.Clear(_byLocalHandle);
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
            var count = disposition.Last - disposition.First + 1;
            if (count == 0 || count > int.MaxValue || count > _unsettled.Count)
            {
                // A range longer than what there is (or the wrong way round): look at what there is instead.
                foreach (var (id, delivery) in _unsettled)
                {
                    if (id - disposition.First <= disposition.Last - disposition.First && disposition.Last - disposition.First <= int.MaxValue)
                    {
                        taken.Add(delivery);
                    }
                }

                foreach (var delivery in taken)
                {
                    _unsettled.Remove(delivery.DeliveryId);
                }

                return;
            }

            for (uint i = 0; i < count; i++)
            {
                if (_unsettled.Remove(disposition.First + i, out var delivery))
                {
                    taken.Add(delivery);
                }
            }
        }
    }

    /// <summary>Takes what a link has sent and not heard of; under the gate.</summary>
    internal void TakeUnsettled(SendingLink link, List<SettledDelivery> taken)
    {
        foreach (var (_, delivery) in _unsettled)
        {
            if (delivery.Link == link)
            {
                taken.Add(delivery);
            }
        }

        foreach (var delivery in taken)
        {
            _unsettled.Remove(delivery.DeliveryId);
        }
    }

    /// <summary>Gives a new delivery its id; under the gate.</summary>
    internal uint BeginDelivery(SendingLink link, object message, bool settled)
    {
        var id = _nextDeliveryId++;
        if (!settled)
        {
            _unsettled.Add(id, new SettledDelivery(link, message, id));
        }

        return id;
    }

    /// <summary>Counts one transfer frame; under the gate.</summary>
    internal void CountTransfer()
    {
        _nextOutgoingId++;
        _remoteIncomingWindow--;
    }

    internal void WriteBegin()
    {
        Span<byte> scratch = stackalloc byte[64];
        var writer = new AmqpWriter(scratch);
        var frame = writer.BeginFrame();
        new Begin
        {
            RemoteChannel = RemoteChannel,
            NextOutgoingId = _nextOutgoingId,
            IncomingWindow = _incomingWindow,
            OutgoingWindow = int.MaxValue,
            HandleMax = Connection.Options.HandleMax,
        }.Write(ref writer);
        Finish(ref writer, frame);
    }

    internal void WriteEnd(AmqpError? error)
    {
        if (!Connection.CanWrite)
        {
            return;
        }

        var writer = new AmqpWriter(default);
        var frame = writer.BeginFrame();
        Ending.Write(ref writer, Descriptor.End, error);
        Finish(ref writer, frame);
    }

    internal void WriteAttach(Attach attach)
    {
        var writer = new AmqpWriter(default);
        var frame = writer.BeginFrame();
        attach.Write(ref writer);
        Finish(ref writer, frame);
    }

    internal void WriteDetach(in Detach detach)
    {
        if (!Connection.CanWrite)
        {
            return;
        }

        // What was settled on the link before goes out before it.
        EmitPending();
        var writer = new AmqpWriter(default);
        var frame = writer.BeginFrame();
        detach.Write(ref writer);
        Finish(ref writer, frame);
    }

    /// <summary>Notes that a link's state is to be told; under the gate.</summary>
    internal void MarkDirty(AmqpLink link)
    {
        if (!link.IsDirty)
        {
            link.IsDirty = true;
            _dirty.Add(link);
            MarkPending();
        }
    }

    /// <summary>Writes what was put off: dispositions merged to ranges, and one flow for each link that changed; under the gate.</summary>
    internal void EmitPending()
    {
        _isPending = false;
        if (_isEnded)
        {
            _settlements.Clear();
            _dirty.Clear();
            return;
        }

        if (_settlements.Count > 0)
        {
            EmitSettlements();
        }

        foreach (var link in _dirty)
        {
            link.IsDirty = false;
            if (link.IsOpen)
            {
                WriteFlow(link);
                _flowDue = false;
            }
        }

        _dirty.Clear();
        if (_flowDue)
        {
            _flowDue = false;
            WriteFlow(null);
        }
    }

    private void EmitSettlements()
    {
        var all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_settlements);
        for (var i = 1; i < all.Length; i++)
        {
            if (!all[i].Follows(all[i - 1]))
            {
                // Messages are settled in the order in which they were dealt with. Sorted, most of them are ranges again.
                all.Sort(static (a, b) => a.CompareTo(b));
                break;
            }
        }

        for (var i = 0; i < all.Length;)
        {
            var first = all[i];
            var last = first.DeliveryId;
            for (i++; i < all.Length && all[i].Follows(all[i - 1]); i++)
            {
                last = all[i].DeliveryId;
            }

            WriteDisposition(first.IsReceiver, first.DeliveryId, last, first.State);
        }

        _settlements.Clear();
    }

    private void WriteDisposition(bool isReceiver, uint first, uint last, in DeliveryState state)
    {
        Span<byte> scratch = stackalloc byte[128];
        var writer = new AmqpWriter(scratch);
        var frame = writer.BeginFrame();
        new Disposition { IsReceiver = isReceiver, First = first, Last = last, Settled = true, State = state }.Write(ref writer);
        Finish(ref writer, frame);
    }

    private void WriteFlow(AmqpLink? link)
    {
        // Each flow states the whole window again.
        _incomingWindow = Connection.Options.IncomingWindow;
        var flow = new Flow
        {
            NextIncomingId = RemoteChannel is null ? null : _nextIncomingId,
            IncomingWindow = _incomingWindow,
            NextOutgoingId = _nextOutgoingId,
            OutgoingWindow = int.MaxValue,
            Handle = link?.LocalHandle,
            DeliveryCount = link?.DeliveryCount,
            LinkCredit = link?.LinkCredit,
            Available = link is SendingLink sender ? sender.Available : null,
            Drain = link?.Drain ?? false,
        };
        Span<byte> scratch = stackalloc byte[Flow.MaxSize];
        var writer = new AmqpWriter(scratch);
        var frame = writer.BeginFrame();
        flow.Write(ref writer);
        Finish(ref writer, frame);
    }

    private void Finish(ref AmqpWriter writer, int frame)
    {
        writer.EndFrame(frame, FrameHeader.Amqp, LocalChannel);
        Connection.Append(writer.Written);
        writer.Dispose();
    }

    private void MarkPending()
    {
        if (!_isPending)
        {
            _isPending = true;
            Connection.AddPending(this);
        }
    }

    private AmqpLink Find(uint handle) =>
        handle < _byRemoteHandle.Length && _byRemoteHandle[handle] is { } link
            ? link
            : throw new AmqpException(ErrorCondition.UnattachedHandle, "A frame names a handle that no link has.");

    private AmqpLink? FindAttaching(Attach attach)
    {
        foreach (var link in _links)
        {
            if (link.RemoteHandle is null && link.IsReceiver != attach.IsReceiver && link.Name == attach.Name)
            {
                return link;
            }
        }

        return null;
    }

    private void AddLocal(AmqpLink link)
    {
        for (uint handle = 0; handle <= Math.Min(_remoteHandleMax, Connection.Options.HandleMax); handle++)
        {
            if (handle >= _byLocalHandle.Length || _byLocalHandle[handle] is null)
            {
                Set(ref _byLocalHandle, handle, link);
                link.LocalHandle = handle;
                _links.Add(link);
                return;
            }
        }

        throw new AmqpException(ErrorCondition.ResourceLimitExceeded, "The session has no handle left.");
    }

    // Most sessions have few links, and their number is the peer's to choose.
    private static void Set(ref AmqpLink?[] table, uint handle, AmqpLink link)
    {
        if (handle >= table.Length)
        {
            Array.Resize(ref table, Math.Max((int)handle + 1, table.Length * 2));
        }

        table[handle] = link;
    }

    private void Remove(AmqpLink link)
    {
        _links.Remove(link);
        _byLocalHandle[link.LocalHandle] = null;
        if (link.RemoteHandle is { } handle)
        {
            _byRemoteHandle[handle] = null;
        }
    }

    private readonly record struct Settlement(uint DeliveryId, bool IsReceiver, DeliveryState State) : IComparable<Settlement>
    {
        public bool Follows(in Settlement previous) =>
            DeliveryId == previous.DeliveryId + 1 && IsReceiver == previous.IsReceiver && State.Outcome == previous.State.Outcome
            && State.UndeliverableHere == previous.State.UndeliverableHere;

        public int CompareTo(Settlement other)
        {
            var role = IsReceiver.CompareTo(other.IsReceiver);
            var outcome = role != 0 ? role : State.Outcome.CompareTo(other.State.Outcome);
            return outcome != 0 ? outcome : unchecked((int)(DeliveryId - other.DeliveryId));
        }
    }
}
