using System.Threading.Channels;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Tests.Contracts.Exchanges.Simulation;

/// <summary>
/// One direction between two sides: an outbox, links to a broker that come and go, and the loop that reads the session at the other
/// end. What it does to messages is drawn from a seed.
/// </summary>
internal sealed class SimulatedLink : IOutboxOwner
{
    private readonly Channel<Action> _session = Channel.CreateUnbounded<Action>();
    private readonly Channel<bool> _lost = Channel.CreateUnbounded<bool>();
    private readonly LinkFaults _faults;
    private readonly Random _random;
    private readonly Lock _gate = new();
    private Sender? _current;
    private byte[]? _held;

    public SimulatedLink(LinkFaults faults, int seed)
    {
        _faults = faults;
        _random = new Random(seed);
        Outbox = new FrameOutbox("session", this);
        Attach();
    }

    public FrameOutbox Outbox { get; }

    /// <summary>Takes the frames at the other end.</summary>
    public Action<Frame, PooledBuffer>? Receiver { get; set; }

    /// <summary>Every buffer that went in or came out.</summary>
    public List<PooledBuffer> Buffers { get; } = [];

    public int Breaks { get; private set; }

    public int Losses { get; private set; }

    /// <summary>Reads the session and opens new links until <see cref="Finish"/>.</summary>
    public Task RunAsync() => Task.WhenAll(Task.Run(ReadSessionAsync), Task.Run(ReattachAsync));

    /// <summary>Completes when everything sent before was read.</summary>
    public Task FlushAsync()
    {
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _session.Writer.TryWrite(read.SetResult);
        return read.Task;
    }

    public void Finish()
    {
        Outbox.Abandon();
        _lost.Writer.Complete();
        _session.Writer.Complete();
    }

    public void OnLinkLost() => _lost.Writer.TryWrite(true);

    public void OnDropped(TransportException refusal) => throw new InvalidOperationException("This broker refuses nothing.");

    private void Attach()
    {
        var sender = new Sender(this);
        lock (_gate)
        {
            _current = sender;
        }

        Outbox.Attach(sender);
    }

    private async Task ReattachAsync()
    {
        await foreach (var _ in _lost.Reader.ReadAllAsync())
        {
            if (_current!.IsBroken)
            {
                Outbox.Detach();
                Attach();
            }
        }
    }

    private async Task ReadSessionAsync()
    {
        await foreach (var step in _session.Reader.ReadAllAsync())
        {
            step();
        }
    }

    private void OnSend(Sender sender, OutboundMessage message)
    {
        bool arrives;
        bool answersLate;
        lock (_gate)
        {
            Buffers.Add(message.Buffer);
            arrives = !sender.IsBroken;
            if (arrives && Draw(_faults.Breaks))
            {
                // Whether the broker got the last message before the line broke, nobody knows.
                sender.IsBroken = true;
                Breaks++;
                arrives = _random.Next(2) == 0;
            }

            if (arrives)
            {
                Deliver(message.Body.ToArray());
            }

            answersLate = _random.Next(2) == 0;
        }

        var answer = sender.IsBroken ? new TransportException(TransportFailure.ConnectionLost, "broken by the test") : null;
        if (!answersLate || !_session.Writer.TryWrite(() => message.Completed(answer)))
        {
            message.Completed(answer);
        }
    }

    private void Deliver(byte[] message)
    {
        if (Draw(_faults.Drops))
        {
            Losses++;
            return;
        }

        if (_held is null && Draw(_faults.Swaps))
        {
            Losses++;
            _held = message;
            return;
        }

        _session.Writer.TryWrite(() => Receive(message));
        if (_held is { } held)
        {
            _held = null;
            _session.Writer.TryWrite(() => Receive(held));
        }
    }

    private void Receive(byte[] message)
    {
        var buffer = Exchanges.Buffers.Of(message);
        lock (_gate)
        {
            Buffers.Add(buffer);
        }

        if (MessageReader.TryOpen(buffer.Array.AsMemory(0, message.Length), out var reader) != FrameError.None)
        {
            throw new InvalidDataException("An outbox sent what is no message.");
        }

        while (reader.TryRead(out var frame))
        {
            Receiver!(frame, buffer);
        }

        buffer.Release();
    }

    private bool Draw(int ofThousand) => ofThousand > 0 && _random.Next(1_000) < ofThousand;

    private sealed class Sender(SimulatedLink link) : IMessageSender
    {
        public int MaxBodySize => 256 * 1024;

        public bool IsBroken { get; set; }

        public void Send(OutboundMessage message) => link.OnSend(this, message);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
