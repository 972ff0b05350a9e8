using System.Buffers.Binary;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>
/// Our end of a link that we send on. A message goes out at once when credit, the session's window and the output allow; otherwise it
/// waits here, in order.
/// </summary>
internal abstract class SendingLink : AmqpLink
{
    /// <summary>Bodies from here on are written by reference: below, copying costs less than another segment.</summary>
    private const int ReferenceSize = 8 * 1024;

    // Sections before the body: header, annotations and properties as the dialect has them. Longer ones take the slow way.
    private const int HeadSize = 512;

    private readonly Queue<object> _queue = new();
    private int _sentOfFirst;
    private uint _firstId;

    protected SendingLink(AmqpSession session, string name)
        : base(session, name)
    {
    }

    public override bool IsReceiver => false;

    /// <summary>Whether messages go out settled.</summary>
    public bool IsPreSettled { get; protected set; }

    /// <summary>Messages that wait here; under the gate.</summary>
    internal uint Available => (uint)_queue.Count;

    /// <summary>Whether the peer's credit binds <see cref="Send"/>; a broker's queue minds it already.</summary>
    private protected virtual bool MindsCredit => true;

    /// <summary>Sends a message, or keeps it until it may go. False when the link is over: the message was not taken.</summary>
    public bool Send(object message)
    {
        lock (Connection.Gate)
        {
            if (State is LinkState.Detaching or LinkState.Detached || !Connection.CanWrite)
            {
                return false;
            }

            if (_queue.Count > 0 || !TryWrite(message))
            {
                _queue.Enqueue(message);
                OnQueued();
            }
        }

        Connection.FlushSoon();
        return true;
    }

    internal void Pump()
    {
        bool written = false, emptied;
        lock (Connection.Gate)
        {
            if (_queue.Count == 0 || !IsOpen || !Connection.CanWrite)
            {
                return;
            }

            while (_queue.TryPeek(out var message) && TryWrite(message))
            {
                _queue.Dequeue();
                written = true;
            }

            emptied = _queue.Count == 0;
            if (emptied)
            {
                OnEmptied();
            }
        }

        if (emptied)
        {
            OnResumed();
        }

        if (written)
        {
            Connection.FlushSoon();
        }
    }

    internal override void OnFlow(in Flow flow)
    {
        uint limit;
        lock (Connection.Gate)
        {
            if (State is LinkState.Detaching or LinkState.Detached)
            {
                return;
            }

            // A limit half the number circle ahead would read as one behind.
            limit = (flow.DeliveryCount ?? 0) + Math.Min(flow.LinkCredit ?? 0, int.MaxValue / 2);
            Drain &= flow.Drain;
            if (flow.LinkCredit is not null)
            {
                // Absolute state: a repeat changes nothing. Negative = more is under way than is allowed now.
                var credit = unchecked((int)(limit - DeliveryCount));
                LinkCredit = (uint)Math.Max(0, credit);
            }

            if (flow.Echo)
            {
                Session.MarkDirty(this);
            }
        }

        if (flow.LinkCredit is not null)
        {
            OnCredit(limit, flow.Drain);
        }
    }

    /// <summary>The body of a message, and who owns it; null owner = copy it.</summary>
    protected abstract ReadOnlyMemory<byte> GetBody(object message, out PooledBuffer? owner);

    /// <summary>Writes everything of a message before its body, up to the head of the data section. Under the gate: call nothing.</summary>
    protected abstract void WriteHead(object message, ref AmqpWriter writer);

    /// <summary>Writes the delivery tag, at most 32 bytes; returns its length.</summary>
    protected virtual int WriteTag(object message, uint deliveryId, Span<byte> tag)
    {
        BinaryPrimitives.WriteUInt32BigEndian(tag, deliveryId);
        return sizeof(uint);
    }

    /// <summary>The bytes of a message are not needed any more; under the gate.</summary>
    protected virtual void OnWritten(object message)
    {
    }

    /// <summary>The receiver gave a message an outcome. Returns what to answer when it did not settle itself.</summary>
    internal abstract DeliveryState OnOutcome(object message, in DeliveryState state);

    /// <summary>The link ended before a message got an outcome; <paramref name="written"/> tells whether it had left.</summary>
    protected abstract void OnLost(object message, bool written, AmqpError? error);

    /// <summary>The peer stated its credit: it takes deliveries up to number <paramref name="limit"/>.</summary>
    protected virtual void OnCredit(uint limit, bool drain) => EndDrain(drain);

    /// <summary>A message had to wait; under the gate.</summary>
    private protected virtual void OnQueued()
    {
    }

    /// <summary>The last message that waited has gone; under the gate.</summary>
    private protected virtual void OnEmptied()
    {
    }

    /// <summary>As <see cref="OnEmptied"/>, but outside the gate.</summary>
    protected virtual void OnResumed()
    {
    }

    private protected override void Clean(AmqpError? error)
    {
        List<SettledDelivery> unsettled = [];
        object[] waiting;
        object? halfWritten;
        lock (Connection.Gate)
        {
            waiting = [.. _queue];
            _queue.Clear();
            Session.TakeUnsettled(this, unsettled);
            halfWritten = _sentOfFirst > 0 && waiting.Length > 0 ? waiting[0] : null;
        }

        foreach (var delivery in unsettled)
        {
            // A message whose first frames have left is among the unsettled and the waiting: it counts as waiting.
            if (delivery.Message != halfWritten)
            {
                OnLost(delivery.Message, written: true, error);
            }
        }

        foreach (var message in waiting)
        {
            OnLost(message, written: false, error);
        }
    }

    /// <summary>Answers a drain: whatever credit is left is used up.</summary>
    protected void EndDrain(bool drain)
    {
        if (!drain)
        {
            return;
        }

        lock (Connection.Gate)
        {
            if (_queue.Count == 0)
            {
                UseUp(LinkCredit);
            }
        }

        Connection.FlushSoon();
    }

    /// <summary>Moves the delivery-count on by credit that a drain took back, and says so with drain = true; under the gate.</summary>
    private protected void UseUp(uint credit)
    {
        DeliveryCount += credit;
        LinkCredit -= Math.Min(credit, LinkCredit);
        Drain = true;
        Session.MarkDirty(this);
    }

    private protected bool TryWrite(object message)
    {
        if (!IsOpen || Session.RemoteIncomingWindow == 0 || Connection.CheckOutputFull() || (MindsCredit && _sentOfFirst == 0 && LinkCredit == 0))
        {
            return false;
        }

        var body = GetBody(message, out var owner);
        var byReference = owner is not null && body.Length >= ReferenceSize;
        if (_sentOfFirst == 0 && body.Length + HeadSize + Transfer.MaxSize <= Connection.PeerMaxFrameSize)
        {
            return WriteInOneFrame(message, body, byReference ? owner : null);
        }

        return WriteInFrames(message, body, byReference ? owner : null);
    }

    private bool WriteInOneFrame(object message, ReadOnlyMemory<byte> body, PooledBuffer? owner)
    {
        var output = Connection.Output;
        var copied = owner is null ? body.Length : 0;
        var span = output.GetSpan(Transfer.MaxSize + HeadSize + copied);
        var id = Begin(message);
        Span<byte> tag = stackalloc byte[32];
        var writer = new AmqpWriter(span);
        var frame = writer.BeginFrame();
        Transfer.WriteFirst(ref writer, LocalHandle, id, tag[..WriteTag(message, id, tag)], IsPreSettled, more: false);
        WriteHead(message, ref writer);
        if (!writer.Fitted || writer.Position > Transfer.MaxSize + HeadSize)
        {
            // A head longer than expected, and the frame might be too long for the peer: the slow way, with the id that it has now.
            writer.Dispose();
            _firstId = id;
            return WriteFrames(message, body, owner);
        }

        writer.EndFrame(frame, FrameHeader.Amqp, Session.LocalChannel, body.Length);
        if (owner is null)
        {
            writer.WriteRaw(body.Span);
        }

        output.Advance(writer.Position);
        Connection.Options.OutputBudget.Add(writer.Position + (owner is null ? 0 : body.Length));
        if (owner is not null)
        {
            output.AppendReference(owner, body);
        }

        Session.CountTransfer();
        OnWritten(message);
        return true;
    }

    private bool WriteInFrames(object message, ReadOnlyMemory<byte> body, PooledBuffer? owner)
    {
        if (_sentOfFirst == 0)
        {
            _firstId = Begin(message);
        }

        return WriteFrames(message, body, owner);
    }

    // Writes as many frames as the window allows; true when the message is out.
    private bool WriteFrames(object message, ReadOnlyMemory<byte> body, PooledBuffer? owner)
    {
        var head = new AmqpWriter(default);
        WriteHead(message, ref head);
        var total = head.Position + body.Length;
        Span<byte> tag = stackalloc byte[32];
        Span<byte> scratch = stackalloc byte[Transfer.MaxSize];
        var room = Connection.PeerMaxFrameSize - Transfer.MaxSize;
        do
        {
            if (Session.RemoteIncomingWindow == 0)
            {
                head.Dispose();
                return false;
            }

            var count = Math.Min(room, total - _sentOfFirst);
            var more = _sentOfFirst + count < total;
            var writer = new AmqpWriter(scratch);
            var frame = writer.BeginFrame();
            if (_sentOfFirst == 0)
            {
                Transfer.WriteFirst(ref writer, LocalHandle, _firstId, tag[..WriteTag(message, _firstId, tag)], IsPreSettled, more);
            }
            else
            {
                Transfer.WriteNext(ref writer, LocalHandle, more);
            }

            writer.EndFrame(frame, FrameHeader.Amqp, Session.LocalChannel, count);
            Connection.Append(writer.Written);
            writer.Dispose();
            AppendPart(head.Written, body, owner, _sentOfFirst, count);
            Session.CountTransfer();
            _sentOfFirst += count;
        }
        while (_sentOfFirst < total);

        head.Dispose();
        _sentOfFirst = 0;
        OnWritten(message);
        return true;
    }

    // The next part of a message, which is its head and its body in one.
    private void AppendPart(ReadOnlySpan<byte> head, ReadOnlyMemory<byte> body, PooledBuffer? owner, int offset, int count)
    {
        var ofHead = Math.Clamp(head.Length - offset, 0, count);
        if (ofHead > 0)
        {
            Connection.Append(head.Slice(offset, ofHead));
        }

        var part = body.Slice(Math.Max(0, offset - head.Length), count - ofHead);
        if (owner is null || part.Length < ReferenceSize)
        {
            Connection.Append(part.Span);
            return;
        }

        Connection.Output.AppendReference(owner, part);
        Connection.Options.OutputBudget.Add(part.Length);
    }

    private uint Begin(object message)
    {
        DeliveryCount++;
        if (LinkCredit > 0)
        {
            LinkCredit--;
        }

        return Session.BeginDelivery(this, message, IsPreSettled);
    }
}
