using System.Runtime.InteropServices;
using Amqp;
using Amqp.Framing;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>One message on its way, from <see cref="IMessageSender.Send"/> to its one outcome. A link in its sender's list of what is under way.</summary>
internal sealed class SendOperation : Message
{
    private readonly OutboundMessage _message;
    private int _isFinished;

    public SendOperation(OutboundMessage message)
    {
        _message = message;
        if (message.TimeToLive > TimeSpan.Zero)
        {
            Header = new Header { Ttl = (uint)Math.Min(Math.Ceiling(message.TimeToLive.TotalMilliseconds), uint.MaxValue) };
        }

        if (message.SessionId is { } sessionId)
        {
            Properties = new Properties { GroupId = sessionId };
        }

        // The library copies the body when it encodes, before its Send returns; until then it reads it in place.
        var body = MemoryMarshal.TryGetArray(message.Body, out var array) ? array : message.Body.ToArray();
        BodySection = new Data { Buffer = new ByteBuffer(body.Array, body.Offset, body.Count, body.Count) };
    }

    public SendOperation? Previous { get; set; }

    public SendOperation? Next { get; set; }

    /// <summary>Tells the outcome, once, whoever comes first.</summary>
    public bool TryFinish(TransportException? failure)
    {
        if (Interlocked.Exchange(ref _isFinished, 1) != 0)
        {
            return false;
        }

        _message.Completed(failure);
        return true;
    }
}
