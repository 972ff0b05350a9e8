using Amqp;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>A received message. The body is copied out of the library's frame, once, into a buffer that others may keep.</summary>
internal sealed class ServiceBusInboundMessage : InboundMessage
{
    private readonly ServiceBusReceiver _receiver;
    private readonly int _length;
    private int _isSettled;

    public ServiceBusInboundMessage(ServiceBusReceiver receiver, Message message, PooledBuffer buffer, int length, bool isSettled)
    {
        _receiver = receiver;
        Message = message;
        Buffer = buffer;
        _length = length;
        _isSettled = isSettled ? 1 : 0;
    }

    /// <summary>The library's message, for its delivery and its annotations.</summary>
    public Message Message { get; }

    public LinkedListNode<ServiceBusInboundMessage>? Unsettled { get; set; }

    public override PooledBuffer Buffer { get; }

    public override ReadOnlyMemory<byte> Body => Buffer.Array.AsMemory(0, _length);

    public override DateTimeOffset EnqueuedTime =>
        Message.MessageAnnotations?.Map[Names.EnqueuedTime] is DateTime time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)) : default;

    public override int DeliveryCount => Message.Header is { } header ? (int)Math.Min(header.DeliveryCount, int.MaxValue) : 0;

    public override void Settle(Settlement settlement)
    {
        if (TryBeginSettling())
        {
            _receiver.Settle(this, settlement);
        }
    }

    public override void Release() => Buffer.Release();

    /// <summary>Whether nobody settled it before.</summary>
    public bool TryBeginSettling() => Interlocked.Exchange(ref _isSettled, 1) == 0;
}
