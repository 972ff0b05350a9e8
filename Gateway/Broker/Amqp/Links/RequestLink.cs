using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Amqp.Messages;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using AppProxy.Gateway.Broker.Amqp.Authorization;

namespace AppProxy.Gateway.Broker.Amqp.Links;

/// <summary>Takes requests to a node and has them answered.</summary>
internal sealed class RequestLink : ReceivingLink, IAuthorizedLink
{
    /// <summary>Largest request and answer; session state and a page of peeked messages have to fit.</summary>
    public const int MaxRequestSize = 1024 * 1024;

    // A token, from somebody who is nobody yet.
    private const int MaxTokenRequestSize = 64 * 1024;

    private const int Credit = 100;

    private readonly BrokerConnection _owner;
    private readonly BrokerNode _node;
    private int _used;

    public RequestLink(BrokerConnection owner, AmqpSession session, Attach attach, BrokerNode node)
        : base(session, attach.Name, node.Entity is null ? MaxTokenRequestSize : MaxRequestSize)
    {
        _owner = owner;
        _node = node;
    }

    public string Entity => _node.Entity ?? "";

    public EntityClaims Claim => EntityClaims.Listen | EntityClaims.Send;

    public override void OnPeerAttached(Attach attach)
    {
        if (_node.Entity is { } entity && !_owner.Authorization.Permits(entity, Claim))
        {
            Refuse(attach, new AmqpError(ErrorCondition.UnauthorizedAccess, "Listen or Send is required."));
            return;
        }

        if (_node.Entity is not null)
        {
            _owner.Add(this);
        }

        StartFrom(attach.InitialDeliveryCount);
        AddCredit(Credit);
        Accept(new Attach
        {
            Name = Name,
            Handle = 0,
            IsReceiver = true,
            SenderSettleMode = attach.SenderSettleMode,
            ReceiverSettleMode = ReceiverSettleMode.First,
            Source = attach.Source ?? new Source(),
            Target = attach.Target,
            MaxMessageSize = (ulong)(_node.Entity is null ? MaxTokenRequestSize : MaxRequestSize),
        });
    }

    public void Detach(AmqpError error) => Close(error);

    protected override void OnDelivery(in IncomingDelivery delivery)
    {
        ValueMessage request;
        try
        {
            request = ValueMessage.Read(delivery.Buffer.Array.AsSpan(0, delivery.Length));
        }
        finally
        {
            delivery.Buffer.Release();
        }

        if (!delivery.Settled)
        {
            Settle(delivery.DeliveryId, DeliveryState.Accepted);
        }

        if (++_used >= Credit / 2)
        {
            AddCredit(_used);
            _used = 0;
        }

        var answer = _node.Entity is { } entity ? ManagementNode.Answer(_owner, entity, request) : CbsNode.Answer(_owner, request);
        _owner.Replies.Find(_node, request.ReplyTo)?.Reply(answer.Encode());
    }

    protected override void OnEnded(AmqpError? error) => _owner.Remove(this);
}
