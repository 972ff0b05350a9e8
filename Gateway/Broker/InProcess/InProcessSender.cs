using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Queues;

namespace AppProxy.Gateway.Broker.InProcess;

/// <summary>Puts messages into a queue. The bytes are not copied: the queue holds a reference of its own to their buffer.</summary>
internal sealed class InProcessSender(InProcessTransport transport, MessageQueue queue) : IMessageSender
{
    private volatile bool _disposed;

    public int MaxBodySize => queue.Options.MaxMessageSizeInBytes;

    public void Send(OutboundMessage message)
    {
        if (_disposed || transport.End is not null)
        {
            message.Completed(transport.End ?? new TransportException(TransportFailure.Detached, "The sender was disposed."));
            return;
        }

        var buffer = message.Buffer;
        buffer.Retain();
        var failure = queue.Enqueue(new BrokerMessage(buffer, message.Body) { SessionId = message.SessionId, TimeToLive = message.TimeToLive });
        if (failure is null)
        {
            message.Completed(null);
            return;
        }

        buffer.Release();
        message.Completed(new TransportException(failure.Value, Describe(failure.Value)));
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }

    private string Describe(TransportFailure failure) => failure switch
    {
        TransportFailure.MessageTooLarge => $"The message is larger than queue '{queue.Name}' takes ({MaxBodySize} bytes).",
        TransportFailure.QuotaExceeded => $"Queue '{queue.Name}' is full.",
        TransportFailure.NotAllowed => $"Queue '{queue.Name}' requires a session id of at most 128 characters.",
        TransportFailure.EntityNotFound => $"Queue '{queue.Name}' is gone.",
        _ => $"Queue '{queue.Name}' refused the message.",
    };
}
