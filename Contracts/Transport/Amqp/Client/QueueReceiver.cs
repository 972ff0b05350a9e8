using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Amqp.Messages;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Contracts.Transport.Amqp.Client;

/// <summary>Receives from one queue or session.</summary>
internal sealed class QueueReceiver(AmqpSession session, string name, IMessageHandler handler, AmqpTransportOptions options)
    : ReceivingLink(session, name, options.MaxMessageSize), IMessageReceiver
{
    private static readonly TimeSpan DetachTimeout = TimeSpan.FromSeconds(5);

    private int _isDisposed;

    // The handler is called by the read loop only, so its calls cannot overlap.
    private protected override bool WaitsForPeer => true;

    /// <summary>Renews the session's lock where the broker does not hold it for the link; disposed with it.</summary>
    internal SessionLockRenewal? Renewal { get; set; }

    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _isDisposed, 1);
        if (Renewal is { } renewal)
        {
            await renewal.DisposeAsync();
        }

        Close();
        try
        {
            await Ended.WaitAsync(DetachTimeout, options.Time);
        }
        catch (TimeoutException)
        {
            // The broker does not answer; the end of the connection will end the link.
        }
    }

    protected override void OnDelivery(in IncomingDelivery delivery)
    {
        var message = delivery.Buffer.Array.AsSpan(0, delivery.Length);
        MessageLayout layout;
        int bodyLength;
        try
        {
            layout = MessageLayout.Read(message);
            bodyLength = layout.BodyKind switch
            {
                BodyKind.Data => layout.BodyLength,
                BodyKind.ManyData => DataBody.Join(message, layout),
                _ => 0,
            };
        }
        catch
        {
            delivery.Buffer.Release();
            throw;
        }

        handler.OnMessage(new AmqpInboundMessage(this, delivery.Buffer, delivery.Length, layout, bodyLength, delivery.DeliveryId, delivery.Settled));
    }

    protected override void OnEnded(AmqpError? error)
    {
        if (Attached.IsCompletedSuccessfully)
        {
            handler.OnClosed(Volatile.Read(ref _isDisposed) != 0 || Connection.IsClosedByUs
                ? null
                : error?.ToException() ?? new TransportException(TransportFailure.Detached, "The broker closed the receiver."));
        }
    }
}
