using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Connections;

/// <summary>The writing side: frames that go out at once, and state that is marked and written once for each flush. All under the gate.</summary>
internal sealed partial class AmqpSession
{
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

        _settlements.Emit(this);

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

    internal void WriteDisposition(bool isReceiver, uint first, uint last, in DeliveryState state)
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
}
