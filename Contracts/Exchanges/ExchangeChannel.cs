using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Contracts.Exchanges;

/// <summary>
/// One side's end of one attempt of an exchange: numbers what goes out through its outbox, admits what comes in once and in order,
/// and connects both with the bodies and their windows. The same code on both sides.
/// </summary>
internal sealed class ExchangeChannel
{
    private readonly FrameOutbox _outbox;
    private FrameSequence _sequence;
    private SequenceGate _gate;
    private bool _resetSent;
    private TaskCompletionSource? _room;

    /// <summary>Opens an end.</summary>
    /// <param name="outbox">Where frames to the other side go.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="attempt">The attempt; frames of others are none of this channel's.</param>
    /// <param name="firstOut">Number of the first frame sent through the outbox.</param>
    /// <param name="firstIn">Number of the first frame expected.</param>
    /// <param name="sendLimit">How far our body may be sent at first.</param>
    /// <param name="inbound">The other side's body, when it sends one.</param>
    public ExchangeChannel(FrameOutbox outbox, ExchangeId exchange, Attempt attempt, uint firstOut, uint firstIn, long sendLimit, InboundBody? inbound)
    {
        _outbox = outbox;
        _sequence = new FrameSequence(exchange, attempt, firstOut);
        _gate = new SequenceGate(firstIn);
        Inbound = inbound;
        Window.Update(sendLimit);
    }

    public ExchangeId Exchange => _sequence.Exchange;

    public Attempt Attempt => _sequence.Attempt;

    /// <summary>How far the other side lets us send.</summary>
    public SendWindow Window { get; } = new();

    /// <summary>The other side's body.</summary>
    public InboundBody? Inbound { get; set; }

    /// <summary>How far our body has been sent.</summary>
    public long SentOffset { get; private set; }

    /// <summary>Whether the end of our body has been sent.</summary>
    public bool HasSentEnd { get; private set; }

    /// <summary>Whether the other side turned out to be none, before any of our body went there.</summary>
    public bool IsWithdrawn { get; private set; }

    /// <summary>Locks the outbox to write frames that belong together.</summary>
    public FrameAppender Open() => _outbox.Open();

    /// <summary>Number for a frame written through <see cref="Open"/>; only while that is held.</summary>
    public ref FrameSequence Sequence => ref _sequence;

    /// <summary>Waits until the other side's window and the line to it have room, and says how much; 0 when the exchange is over.</summary>
    public async ValueTask<int> WaitForRoomAsync()
    {
        if (_outbox.WaitForRoom() is { } room)
        {
            // Published before the look at the end, as Close ends before it looks here: one of the two sees the other.
            Interlocked.Exchange(ref _room, room);
            if (!Window.IsClosed)
            {
                await room.Task;
            }
        }

        return await Window.WaitForRoomAsync(SentOffset);
    }

    /// <summary>Sends the next piece of our body, which lies in <paramref name="buffer"/> at <see cref="FrameBuffer.DataMessageOffset"/>; takes over the reference.</summary>
    public void SendData(PooledBuffer buffer, int count)
    {
        using var frames = Open();
        SendData(frames, buffer, count);
    }

    public void SendData(in FrameAppender frames, PooledBuffer buffer, int count)
    {
        frames.Data(ref _sequence, SentOffset, buffer, count);
        SentOffset += count;
    }

    /// <summary>Sends the next piece of our body by copying; an empty piece is what grants a claim.</summary>
    public void SendData(in FrameAppender frames, ReadOnlySpan<byte> octets)
    {
        frames.Data(ref _sequence, SentOffset, octets);
        SentOffset += octets.Length;
    }

    public void SendEnd<TFields>(in FrameAppender frames, in TFields trailers)
        where TFields : IFieldSource, allows ref struct
    {
        frames.End(ref _sequence, SentOffset, trailers);
        HasSentEnd = true;
    }

    /// <summary>Gives this end up, unless a piece of our body went out by it. Who sends the body looks at <see cref="IsWithdrawn"/> while it holds the outbox, and begins anew elsewhere.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="mayHaveEnded">Whether an end that was sent can be sent again.</param>
    public bool TryWithdraw(ExchangeFailure failure, bool mayHaveEnded)
    {
        using (Open())
        {
            if (SentOffset > 0 || (HasSentEnd && !mayHaveEnded))
            {
                return false;
            }

            IsWithdrawn = true;
        }

        Close(failure);
        return true;
    }

    /// <summary>Says that <paramref name="count"/> octets of the other side's body are done with, and opens its window when due.</summary>
    public void Consume(int count)
    {
        var limit = Inbound!.Consume(count);
        if (limit > 0)
        {
            using var frames = Open();
            frames.Window(ref _sequence, limit);
        }
    }

    /// <summary>Ends the exchange for the other side; only the first call sends.</summary>
    public void SendReset(ExchangeFailure reason)
    {
        using var frames = Open();
        if (!_resetSent)
        {
            _resetSent = true;
            frames.Reset(ref _sequence, reason);
        }
    }

    /// <summary>How a heartbeat lists this end; only while the outbox is locked.</summary>
    public HeartbeatEntry ToHeartbeatEntry() => new(Exchange, Attempt, _sequence.Next, SentOffset, Inbound?.Received ?? 0);

    /// <summary>Whether the other side has sent frames, by its heartbeat, that never arrived: it is listed behind them in the same session.</summary>
    public bool HasLost(in HeartbeatEntry entry) => (int)(entry.NextSequence - _gate.Next) > 0;

    /// <summary>Judges a frame by its number, before anything is done with it.</summary>
    public Passage Admit(in Frame frame) => _gate.Pass(frame.Header.Sequence);

    /// <summary>Takes an admitted frame that concerns a body or a window. False when it can't be right: then the exchange ends.</summary>
    public bool TryTake(in Frame frame, PooledBuffer owner)
    {
        switch (frame.Header.Type)
        {
            case FrameType.Data:
                return DataPayload.TryRead(frame.Payload, out var data) == FrameError.None && Inbound?.TryAccept(data, owner) == true;
            case FrameType.End:
                return EndPayload.TryRead(frame.Payload.Span, out var end) == FrameError.None
                    && Inbound?.TryEnd(end.BodyLength, end.Trailers.Count == 0 ? default : end.Section) == true;
            case FrameType.Window:
                if (WindowPayload.TryRead(frame.Payload.Span, out var window) != FrameError.None)
                {
                    return false;
                }

                Window.Update(window.Offset);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Wakes whoever waits on this end: the exchange is over.</summary>
    public void Close(ExchangeFailure failure)
    {
        Inbound?.Fail(failure);
        Window.Close();
        Interlocked.Exchange(ref _room, null)?.TrySetResult();
    }
}
