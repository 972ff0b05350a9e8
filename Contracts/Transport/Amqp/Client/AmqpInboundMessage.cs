using AppProxy.Contracts.Transport.Amqp.Messages;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Client;

/// <summary>A message from the wire: sections and body lie in one buffer, which this owns one reference of.</summary>
internal sealed class AmqpInboundMessage : InboundMessage
{
    private readonly QueueReceiver _receiver;
    private readonly MessageLayout _layout;
    private readonly int _bodyLength;
    private readonly int _length;
    private readonly uint _deliveryId;
    private int _isSettled;

    public AmqpInboundMessage(QueueReceiver receiver, PooledBuffer buffer, int length, in MessageLayout layout, int bodyLength, uint deliveryId, bool isSettled)
    {
        _receiver = receiver;
        _layout = layout;
        _bodyLength = bodyLength;
        _length = length;
        _deliveryId = deliveryId;
        _isSettled = isSettled ? 1 : 0;
        Buffer = buffer;
    }

    public override PooledBuffer Buffer { get; }

    public override ReadOnlyMemory<byte> Body => Buffer.Array.AsMemory(_layout.BodyStart, _bodyLength);

    // Read when asked for: annotations come before the body, so they are whole even when the body was joined.
    public override DateTimeOffset EnqueuedTime =>
        _layout.FindTimestamp(Buffer.Array.AsSpan(0, _length), "x-opt-enqueued-time"u8) is { } milliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : default;

    public override int DeliveryCount => (int)Math.Min(_layout.DeliveryCount, int.MaxValue);

    public override void Settle(Settlement settlement)
    {
        if (Interlocked.Exchange(ref _isSettled, 1) == 0)
        {
            _receiver.Settle(_deliveryId, settlement switch
            {
                Settlement.Complete => DeliveryState.Accepted,
                Settlement.DeadLetter => DeliveryState.Rejected(),
                _ => new DeliveryState(DeliveryOutcome.Modified),
            });
        }
    }

    public override void Release() => Buffer.Release();
}
