using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Amqp.Messages;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Client;

/// <summary>Sends to one queue; each message is answered by the broker.</summary>
internal sealed class QueueSender(AmqpSession session, string name, TimeProvider time) : SendingLink(session, name), IMessageSender
{
    // Sections around the body: header, properties with a session id of 128 characters, head of the data section.
    private const int Overhead = 512;

    private static readonly TimeSpan DetachTimeout = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public int MaxBodySize { get; private set; } = (256 * 1024) - Overhead;

    private protected override bool WaitsForPeer => true;

    /// <inheritdoc/>
    public void Send(OutboundMessage message)
    {
        if (message.Body.Length > MaxBodySize)
        {
            message.Completed(new TransportException(TransportFailure.MessageTooLarge, $"A message is longer than {MaxBodySize} bytes."));
        }
        else if (!base.Send(message))
        {
            message.Completed(Connection.Closed.IsCompleted || !Session.Connection.CanWrite
                ? new TransportException(TransportFailure.ConnectionLost, "The connection is lost.")
                : new TransportException(TransportFailure.Detached, "The sender is closed."));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Close();
        try
        {
            await Ended.WaitAsync(DetachTimeout, time);
        }
        catch (TimeoutException)
        {
            // The broker does not answer; the end of the connection will end the link.
        }
    }

    internal override DeliveryState OnOutcome(object message, in DeliveryState state)
    {
        ((OutboundMessage)message).Completed(state.Outcome switch
        {
            DeliveryOutcome.Rejected => (state.Error ?? new AmqpError(ErrorCondition.NotAllowed, "The broker rejected a message.")).ToException(),
            DeliveryOutcome.Released or DeliveryOutcome.Modified =>
                new TransportException(TransportFailure.ServerBusy, "The broker gave a message back."),
            _ => null,
        });
        return state;
    }

    protected override ReadOnlyMemory<byte> GetBody(object message, out PooledBuffer? owner)
    {
        var outbound = (OutboundMessage)message;
        owner = outbound.Buffer;
        return outbound.Body;
    }

    // header: durable, priority, ttl · properties: nine fields that stay empty, creation-time, group-id · data
    protected override void WriteHead(object message, ref AmqpWriter writer)
    {
        var outbound = (OutboundMessage)message;
        if (outbound.TimeToLive > TimeSpan.Zero)
        {
            var header = writer.BeginShortList(Descriptor.Header);
            writer.WriteNull();
            writer.WriteNull();
            writer.WriteUInt((uint)Math.Min(Math.Ceiling(outbound.TimeToLive.TotalMilliseconds), uint.MaxValue));
            writer.EndShortList(header, 3);
        }

        if (outbound.SessionId is { } session)
        {
            MessageWriter.WriteGroupId(ref writer, session);
        }

        writer.WriteDataHead(outbound.Body.Length);
    }

    protected override void OnLost(object message, bool written, AmqpError? error) =>
        ((OutboundMessage)message).Completed(error?.ToException() ?? new TransportException(TransportFailure.Detached, "The sender is closed."));

    protected override void OnEnded(AmqpError? error)
    {
    }

    private protected override void OnAccepting(Attach attach)
    {
        if (attach.MaxMessageSize is > Overhead and <= int.MaxValue)
        {
            MaxBodySize = (int)attach.MaxMessageSize - Overhead;
        }
    }
}
