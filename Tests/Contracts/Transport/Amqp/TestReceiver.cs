using System.Threading.Channels;
using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Amqp.Messages;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Tests.Contracts.Transport.Amqp;

/// <summary>The server's end of a link that the client sends on.</summary>
internal sealed class TestReceiver(int credit, int maxMessageSize = 1024 * 1024)
{
    public Channel<(uint Id, byte[] Body)> Arrived { get; } = Channel.CreateUnbounded<(uint, byte[])>();

    public ReceivingLink Link { get; private set; } = null!;

    public TaskCompletionSource<AmqpError?> Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask<(uint Id, byte[] Body)> NextAsync(CancellationToken cancellationToken) => Arrived.Reader.ReadAsync(cancellationToken);

    public AmqpLink Bind(AmqpSession session, Attach attach) => Link = new Receiving(this, session, attach.Name, maxMessageSize);

    private sealed class Receiving(TestReceiver owner, AmqpSession session, string name, int maxMessageSize) : ReceivingLink(session, name, maxMessageSize)
    {
        public override void OnPeerAttached(Attach attach)
        {
            owner.Link = this;
            AddCredit(owner.Credit);
            Accept(new Attach { Name = Name, Handle = 0, IsReceiver = true, Source = attach.Source, Target = attach.Target });
        }

        protected override void OnDelivery(in IncomingDelivery delivery)
        {
            var message = delivery.Buffer.Array.AsSpan(0, delivery.Length);
            var layout = MessageLayout.Read(message);
            owner.Arrived.Writer.TryWrite((delivery.DeliveryId, message.Slice(layout.BodyStart, layout.BodyLength).ToArray()));
            delivery.Buffer.Release();
        }

        protected override void OnEnded(AmqpError? error) => owner.Over.TrySetResult(error);
    }

    private int Credit => credit;
}
