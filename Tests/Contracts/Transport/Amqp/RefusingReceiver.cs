using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Tests.Contracts.Transport.Amqp;

internal sealed class RefusingReceiver(AmqpSession session, string name) : ReceivingLink(session, name, 1)
{
    public override void OnPeerAttached(Attach attach) => Refuse(attach, new AmqpError(ErrorCondition.NotFound, "no"));

    protected override void OnDelivery(in IncomingDelivery delivery)
    {
    }

    protected override void OnEnded(AmqpError? error)
    {
    }
}
