using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Tests.Contracts.Exchanges;

/// <summary>A link whose broker answers when the test says so.</summary>
internal sealed class ScriptedSender : IMessageSender
{
    private readonly Lock _gate = new();
    private readonly List<byte[]> _sent = [];
    private readonly Queue<OutboundMessage> _unanswered = new();

    /// <summary>Called inside of each send, with its number from 1.</summary>
    public Action<int>? OnSend { get; set; }

    public int MaxBodySize => 256 * 1024;

    /// <summary>Bytes of each message, as they were when it was sent.</summary>
    public IReadOnlyList<byte[]> Sent
    {
        get
        {
            lock (_gate)
            {
                return [.. _sent];
            }
        }
    }

    /// <summary>Every buffer that was ever handed to this link.</summary>
    public List<PooledBuffer> Buffers { get; } = [];

    /// <summary>The frames of message <paramref name="index"/>.</summary>
    public List<Frame> FramesOf(int index) => Read(Sent[index]);

    /// <summary>All frames in the order of the wire.</summary>
    public List<Frame> Frames => [.. Sent.SelectMany(Read)];

    public void Send(OutboundMessage message)
    {
        int number;
        lock (_gate)
        {
            _sent.Add(message.Body.ToArray());
            Buffers.Add(message.Buffer);
            _unanswered.Enqueue(message);
            number = _sent.Count;
        }

        OnSend?.Invoke(number);
    }

    public void Accept(int count = 1) => Answer(count, null);

    public void AcceptAll()
    {
        while (TryAnswer(null))
        {
        }
    }

    public void Refuse(TransportFailure failure) => Answer(1, new TransportException(failure, "refused by the test"));

    /// <summary>The link breaks: what was not answered may or may not have arrived.</summary>
    public void Lose()
    {
        while (TryAnswer(new TransportException(TransportFailure.ConnectionLost, "lost by the test")))
        {
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Answer(int count, TransportException? failure)
    {
        for (var i = 0; i < count; i++)
        {
            if (!TryAnswer(failure))
            {
                throw new InvalidOperationException("Nothing waits for an answer.");
            }
        }
    }

    private bool TryAnswer(TransportException? failure)
    {
        OutboundMessage? message;
        lock (_gate)
        {
            if (!_unanswered.TryDequeue(out message))
            {
                return false;
            }
        }

        message.Completed(failure);
        return true;
    }

    private static List<Frame> Read(byte[] message)
    {
        if (MessageReader.TryOpen(message, out var reader) is var error and not FrameError.None)
        {
            throw new InvalidDataException($"An outbox sent what is no message: {error}");
        }

        var frames = new List<Frame>();
        while (reader.TryRead(out var frame))
        {
            frames.Add(frame);
        }

        return frames;
    }
}
