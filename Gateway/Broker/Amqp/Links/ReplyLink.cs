using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using AppProxy.Gateway.Broker.Amqp.Authorization;

namespace AppProxy.Gateway.Broker.Amqp.Links;

/// <summary>Carries the answers of a node to the client. Its messages are encoded already.</summary>
internal sealed class ReplyLink : SendingLink, IAuthorizedLink
{
    // Answers that may wait for credit. Who asks without reading the answers is not waited for.
    private const int MaxWaiting = 256;

    private readonly BrokerConnection _owner;

    public ReplyLink(BrokerConnection owner, AmqpSession session, Attach attach, BrokerNode node)
        : base(session, attach.Name)
    {
        _owner = owner;
        Node = node;
        Address = attach.Target?.Address;
        IsPreSettled = attach.SenderSettleMode != SenderSettleMode.Unsettled;
    }

    public BrokerNode Node { get; }

    /// <summary>The target that the client gave its end.</summary>
    public string? Address { get; }

    public string Entity => Node.Entity ?? "";

    public EntityClaims Claim => EntityClaims.Listen | EntityClaims.Send;

    public override void OnPeerAttached(Attach attach)
    {
        if (Node.Entity is { } entity && !_owner.Authorization.Permits(entity, Claim))
        {
            Refuse(attach, new AmqpError(ErrorCondition.UnauthorizedAccess, "Listen or Send is required."));
            return;
        }

        _owner.Replies.Add(this);
        if (Node.Entity is not null)
        {
            _owner.Add(this);
        }

        Accept(new Attach
        {
            Name = Name,
            Handle = 0,
            IsReceiver = false,
            SenderSettleMode = attach.SenderSettleMode,
            ReceiverSettleMode = attach.ReceiverSettleMode,
            Source = attach.Source,
            Target = attach.Target ?? new Target(),
            MaxMessageSize = RequestLink.MaxRequestSize,
        });
    }

    public void Detach(AmqpError error) => Close(error);

    /// <summary>Sends an encoded answer.</summary>
    public void Reply(byte[] encoded)
    {
        bool tooMany;
        lock (Connection.Gate)
        {
            tooMany = Available >= MaxWaiting;
        }

        if (tooMany)
        {
            Close(new AmqpError(ErrorCondition.ResourceLimitExceeded, "Too many answers wait for credit."));
            return;
        }

        Send(encoded);
    }

    internal override DeliveryState OnOutcome(object message, in DeliveryState state) => state;

    protected override ReadOnlyMemory<byte> GetBody(object message, out PooledBuffer? owner)
    {
        owner = null;
        return (byte[])message;
    }

    protected override void WriteHead(object message, ref AmqpWriter writer)
    {
    }

    protected override void OnLost(object message, bool written, AmqpError? error)
    {
    }

    protected override void OnEnded(AmqpError? error)
    {
        _owner.Replies.Remove(this);
        _owner.Remove(this);
    }
}
