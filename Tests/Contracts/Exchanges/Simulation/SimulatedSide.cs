using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;
using AppProxy.Tests.Contracts.Frames.Models;

namespace AppProxy.Tests.Contracts.Exchanges.Simulation;

/// <summary>One end of one exchange: sends a body of its own and checks every octet of the other's.</summary>
internal sealed class SimulatedSide : IDisposable
{
    private static readonly FieldList Trailers = new(("X-Done", "yes"));
    private readonly byte[] _body;
    private readonly byte[] _expected;
    private readonly Random _random;
    private readonly InboundBody _inbound;
    private readonly List<PooledBuffer> _buffers;
    private int _ended;
    private bool _isSent;

    public SimulatedSide(FrameOutbox outbox, ExchangeId exchange, byte[] body, byte[] expected, WindowBudget budget, int seed, List<PooledBuffer> buffers)
    {
        _body = body;
        _expected = expected;
        _random = new Random(seed);
        _buffers = buffers;
        _inbound = new InboundBody(budget);

        // Numbers near the end of their range: they must wrap around in every run.
        Channel = new ExchangeChannel(outbox, exchange, new Attempt(1, 1), uint.MaxValue - 2, uint.MaxValue - 2, budget.Options.Reserve, _inbound);
    }

    public ExchangeChannel Channel { get; }

    public bool IsDone { get; private set; }

    /// <summary>Whether the other side's whole body arrived.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Why the exchange ended early.</summary>
    public ExchangeFailure? EndedBy { get; private set; }

    /// <summary>What must never happen, in words.</summary>
    public string? Broken { get; private set; }

    public async Task RunAsync()
    {
        // The first limit that the sender was told is the reserve; what was leased beyond it opens now.
        using (var frames = Channel.Open())
        {
            frames.Window(ref Channel.Sequence, _inbound.Limit);
        }

        await Task.WhenAll(Task.Run(SendAsync), Task.Run(ReadAsync));
        IsDone = true;
    }

    public void OnFrame(in Frame frame, PooledBuffer owner)
    {
        switch (Channel.Admit(frame))
        {
            case Passage.Gap:
                End(ExchangeFailure.BrokerGap);
                break;
            case Passage.InOrder when frame.Header.Type == FrameType.Reset:
                _ = ResetPayload.TryRead(frame.Payload.Span, out var reset);
                End((ExchangeFailure)reset.Reason);
                break;
            case Passage.InOrder:
                if (!Channel.TryTake(frame, owner))
                {
                    Broken ??= $"{frame.Header.Type} {frame.Header.Sequence} in order was refused";
                    End(ExchangeFailure.ConnectorProtocol);
                }

                break;
        }
    }

    public void OnListed(in HeartbeatEntry entry)
    {
        if (Channel.HasLost(entry))
        {
            End(ExchangeFailure.BrokerGap);
        }
    }

    /// <summary>The other side does not know the exchange any more: what it sent before has been read, and there is no more.</summary>
    public void OnMissing()
    {
        if (!Volatile.Read(ref _isSent) || !_inbound.IsComplete)
        {
            End(ExchangeFailure.ConnectorLost);
        }
    }

    public void Dispose() => _inbound.Dispose();

    private void End(ExchangeFailure reason)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            EndedBy = reason;
            Channel.Close(reason);
            Channel.SendReset(reason);
        }
    }

    private async Task SendAsync()
    {
        while (Channel.SentOffset < _body.Length)
        {
            var room = await Channel.WaitForRoomAsync();
            if (room == 0)
            {
                return;
            }

            var count = Math.Min(_random.Next(1, room + 1), _body.Length - (int)Channel.SentOffset);
            var piece = _body.AsMemory((int)Channel.SentOffset, count);
            if (_random.Next(2) == 0)
            {
                using var frames = Channel.Open();
                Channel.SendData(frames, piece.Span);
            }
            else
            {
                var buffer = PooledBuffer.Rent(FrameBuffer.DataMessageOffset + count);
                piece.CopyTo(buffer.Array.AsMemory(FrameBuffer.DataMessageOffset));
                lock (_buffers)
                {
                    _buffers.Add(buffer);
                }

                Channel.SendData(buffer, count);
            }

            if (Channel.SentOffset > Channel.Window.Limit)
            {
                Broken ??= "the window was exceeded";
            }
        }

        using var last = Channel.Open();
        Channel.SendEnd(last, Trailers);
        Volatile.Write(ref _isSent, true);
    }

    private async Task ReadAsync()
    {
        long read = 0;
        do
        {
            while (_inbound.TryRead(out var slice))
            {
                if (!slice.Octets.Span.SequenceEqual(_expected.AsSpan((int)read, slice.Octets.Length)))
                {
                    Broken ??= $"wrong octets at {read}";
                }

                read += slice.Octets.Length;
                var count = slice.Octets.Length;
                slice.Release();
                for (var i = _random.Next(3); i > 0; i--)
                {
                    await Task.Yield();
                }

                Channel.Consume(count);
            }
        }
        while (await _inbound.WaitAsync());

        IsWhole = _inbound.IsComplete;
        if (IsWhole && (read != _expected.Length || !FieldList.Read(_inbound.Trailers!.Value.Span).Equals(Trailers)))
        {
            Broken ??= "a body counts as whole that is not";
        }
    }
}
