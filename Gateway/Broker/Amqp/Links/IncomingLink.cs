using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;

namespace AppProxy.Gateway.Broker.Amqp.Links;

/// <summary>A client sends to a queue.</summary>
internal sealed class IncomingLink : ReceivingLink, IAuthorizedLink
{
    // Header and annotations, which do not count for the queue's limit.
    private const int Slack = 1_024;

    // Larger than any queue's limit may be; the queue says no to what is too large for it.
    private const int MaxEncodedSize = 64 * 1024 * 1024;

    private readonly BrokerConnection _owner;
    private readonly BrokerMessageReader _reader = new();
    private readonly MessageQueue? _queue;
    private int _used;

    public IncomingLink(BrokerConnection owner, AmqpSession session, Attach attach, string? path)
        : base(session, attach.Name, MaxSizeFor(owner, path, out var queue))
    {
        _owner = owner;
        _queue = queue;
        Entity = path ?? "";
    }

    public string Entity { get; }

    public EntityClaims Claim => EntityClaims.Send;

    public override void OnPeerAttached(Attach attach)
    {
        if (Check(attach) is { } error)
        {
            Refuse(attach, error);
            return;
        }

        _owner.Add(this);
        StartFrom(attach.InitialDeliveryCount);
        AddCredit(_owner.Broker.Options.SenderCredit);
        Accept(new Attach
        {
            Name = Name,
            Handle = 0,
            IsReceiver = true,
            SenderSettleMode = attach.SenderSettleMode,
            ReceiverSettleMode = ReceiverSettleMode.First,
            Source = attach.Source ?? new Source(),
            Target = attach.Target,
            MaxMessageSize = (ulong)_queue!.Options.MaxMessageSizeInBytes,
        });
    }

    public void Detach(AmqpError error) => Close(error);

    protected override void OnDelivery(in IncomingDelivery delivery)
    {
        var failure = Enqueue(delivery);
        if (failure is { } refused)
        {
            var error = Errors.From(refused, $"The queue did not take the message: {refused}.");
            if (delivery.Settled)
            {
                // Nobody waits for an answer, so the link is what can tell.
                Close(error);
                return;
            }

            Settle(delivery.DeliveryId, DeliveryState.Rejected(error));
        }
        else if (!delivery.Settled)
        {
            Settle(delivery.DeliveryId, DeliveryState.Accepted);
        }

        // Topped up by halves: a flow for each message would double the frames.
        if (++_used >= Math.Max(1, _owner.Broker.Options.SenderCredit / 2))
        {
            AddCredit(_used);
            _used = 0;
        }
    }

    protected override void OnEnded(AmqpError? error) => _owner.Remove(this);

    private TransportFailure? Enqueue(in IncomingDelivery delivery)
    {
        if (delivery.MessageFormat == Dialect.BatchFormat)
        {
            return EnqueueBatch(delivery);
        }

        BrokerMessage message;
        try
        {
            message = _reader.Read(delivery.Buffer, 0, delivery.Length);
        }
        catch
        {
            delivery.Buffer.Release();
            throw;
        }

        var failure = _queue!.Enqueue(message);
        if (failure is not null)
        {
            message.Release();
        }

        return failure;
    }

    private TransportFailure? EnqueueBatch(in IncomingDelivery delivery)
    {
        List<BrokerMessage> messages = [];
        TransportFailure? failure = null;
        var taken = false;
        try
        {
            _reader.ReadBatch(delivery.Buffer, delivery.Length, messages);
            failure = _queue!.Enqueue(messages.ToArray());
            taken = failure is null;
        }
        finally
        {
            if (!taken)
            {
                foreach (var message in messages)
                {
                    message.Release();
                }
            }

            // Each message of the batch has a reference of its own.
            delivery.Buffer.Release();
        }

        return failure;
    }

    private AmqpError? Check(Attach attach) =>
        attach.Target is { IsCoordinator: true } ? new AmqpError(ErrorCondition.NotImplemented, "There are no transactions.")
        : Entity.Length == 0 ? new AmqpError(ErrorCondition.InvalidField, "The target has no address.")
        : !_owner.Authorization.Permits(Entity, Claim) ? new AmqpError(ErrorCondition.UnauthorizedAccess, $"Send on {Entity} is required.")
        : _queue is null ? Errors.NoSuchEntity(Entity)
        : null;

    private static int MaxSizeFor(BrokerConnection owner, string? path, out MessageQueue? queue)
    {
        queue = path is not null && owner.Broker.Engine.TryFind(path, out var found) ? found : null;
        return Math.Min((queue?.Options.MaxMessageSizeInBytes ?? 0) + Slack, MaxEncodedSize);
    }
}
