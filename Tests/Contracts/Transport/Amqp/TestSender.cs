using System.Threading.Channels;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Amqp.Performatives;

namespace AppProxy.Tests.Contracts.Transport.Amqp;

/// <summary>Sends byte arrays as data sections, and keeps what becomes of them.</summary>
internal sealed class TestSender(AmqpSession session, string name) : SendingLink(session, name)
{
    /// <summary>Sends without credit, as no peer may.</summary>
    public bool IsGreedy { get; set; }

    private protected override bool MindsCredit => !IsGreedy;

    public Channel<DeliveryState> Outcomes { get; } = Channel.CreateUnbounded<DeliveryState>();

    public Channel<bool> Lost { get; } = Channel.CreateUnbounded<bool>();

    public TaskCompletionSource<AmqpError?> Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal override DeliveryState OnOutcome(object message, in DeliveryState state)
    {
        Outcomes.Writer.TryWrite(state);
        return state;
    }

    protected override ReadOnlyMemory<byte> GetBody(object message, out PooledBuffer? owner)
    {
        owner = null;
        return (byte[])message;
    }

    protected override void WriteHead(object message, ref AmqpWriter writer) => writer.WriteDataHead(((byte[])message).Length);

    protected override void OnLost(object message, bool written, AmqpError? error) => Lost.Writer.TryWrite(written);

    protected override void OnEnded(AmqpError? error) => Over.TrySetResult(error);
}
