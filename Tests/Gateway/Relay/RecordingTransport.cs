using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Tests.Gateway.Relay;

/// <summary>A broker that takes everything, delivers nothing, and remembers the frames of each queue and session.</summary>
internal sealed class RecordingTransport : ITransport
{
    private readonly List<(string Queue, string? Session, Frame Frame)> _sent = [];

    public Task<TransportException?> Closed { get; } = new TaskCompletionSource<TransportException?>().Task;

    public IReadOnlyList<Frame> SentTo(string queue, Guid? session = null) =>
        [.. _sent.Where(sent => sent.Queue == queue && (session is null || sent.Session == session.ToString())).Select(sent => sent.Frame)];

    public ValueTask<IMessageSender> OpenSenderAsync(string queue, CancellationToken cancellationToken) => new(new Sender(this, queue));

    public ValueTask<IMessageReceiver> OpenReceiverAsync(string queue, ReceiverOptions options, IMessageHandler handler, CancellationToken cancellationToken) =>
        new(new Receiver());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Sender(RecordingTransport transport, string queue) : IMessageSender
    {
        public int MaxBodySize => 1024 * 1024;

        public void Send(OutboundMessage message)
        {
            MessageReader.TryOpen(message.Body.ToArray(), out var reader);
            while (reader.TryRead(out var frame))
            {
                transport._sent.Add((queue, message.SessionId, frame));
            }

            message.Completed(null);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Receiver : IMessageReceiver
    {
        public void AddCredit(int count)
        {
        }

        public ValueTask DrainAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
