using System.Text;
using AppProxy.Contracts.Transport;

namespace AppProxy.Tests.Conformance.Transport;

/// <summary>A message that remembers how its send ended, and how often it was told.</summary>
public sealed class SentMessage : OutboundMessage
{
    private readonly TaskCompletionSource<TransportException?> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _completions;

    public SentMessage(ReadOnlySpan<byte> body, string? sessionId = null, TimeSpan timeToLive = default)
    {
        Buffer = PooledBuffer.Rent(body.Length);
        body.CopyTo(Buffer.Array);
        Body = Buffer.Array.AsMemory(0, body.Length);
        SessionId = sessionId;
        TimeToLive = timeToLive;
    }

    public SentMessage(string text, string? sessionId = null, TimeSpan timeToLive = default)
        : this(Encoding.UTF8.GetBytes(text), sessionId, timeToLive)
    {
    }

    public override PooledBuffer Buffer { get; }

    public override ReadOnlyMemory<byte> Body { get; }

    public override string? SessionId { get; }

    public override TimeSpan TimeToLive { get; }

    /// <summary>How the send ended; null when the broker has the message.</summary>
    public Task<TransportException?> Outcome => _outcome.Task;

    public int Completions => Volatile.Read(ref _completions);

    public override void Completed(TransportException? failure)
    {
        if (Interlocked.Increment(ref _completions) == 1)
        {
            Buffer.Release();
            _outcome.SetResult(failure);
        }
    }
}
