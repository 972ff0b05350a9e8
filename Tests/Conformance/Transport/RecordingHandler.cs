using System.Collections.Concurrent;
using System.Threading.Channels;
using AppProxy.Contracts.Transport;

namespace AppProxy.Tests.Conformance.Transport;

/// <summary>A handler that keeps what it was told, and notices when it was told against the rules.</summary>
public sealed class RecordingHandler : IMessageHandler
{
    private readonly Channel<ReceivedMessage> _arrivals = Channel.CreateUnbounded<ReceivedMessage>();
    private readonly TaskCompletionSource<TransportException?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;
    private int _closings;

    /// <summary>Runs inside OnMessage.</summary>
    public Action<ReceivedMessage>? OnArrival { get; init; }

    /// <summary>Everything received, in order.</summary>
    public ConcurrentQueue<ReceivedMessage> All { get; } = new();

    public ConcurrentQueue<string> BrokenRules { get; } = new();

    public Task<TransportException?> Closed => _closed.Task;

    public bool IsClosed => Volatile.Read(ref _closings) > 0;

    public void OnMessage(InboundMessage message)
    {
        Enter(nameof(OnMessage));
        var received = new ReceivedMessage(message);
        All.Enqueue(received);
        OnArrival?.Invoke(received);
        _arrivals.Writer.TryWrite(received);
        Interlocked.Decrement(ref _calls);
    }

    public void OnClosed(TransportException? reason)
    {
        Enter(nameof(OnClosed));
        Interlocked.Increment(ref _closings);
        _closed.TrySetResult(reason);
        Interlocked.Decrement(ref _calls);
    }

    public async Task<ReceivedMessage> NextAsync(CancellationToken cancellationToken) => await _arrivals.Reader.ReadAsync(cancellationToken);

    /// <summary>The texts of the next messages.</summary>
    public async Task<string[]> TextsAsync(int count, CancellationToken cancellationToken)
    {
        var texts = new string[count];
        for (var i = 0; i < count; i++)
        {
            texts[i] = (await NextAsync(cancellationToken)).Text;
        }

        return texts;
    }

    private void Enter(string what)
    {
        if (Interlocked.Increment(ref _calls) != 1)
        {
            BrokenRules.Enqueue($"{what} was called while another call ran.");
        }

        if (IsClosed)
        {
            BrokenRules.Enqueue($"{what} was called after OnClosed.");
        }
    }
}
