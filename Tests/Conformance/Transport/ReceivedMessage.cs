using System.Text;
using AppProxy.Contracts.Transport;

namespace AppProxy.Tests.Conformance.Transport;

/// <summary>What a handler was given, with a copy of its body.</summary>
public sealed class ReceivedMessage(InboundMessage message)
{
    public InboundMessage Message { get; } = message;

    public PooledBuffer Buffer { get; } = message.Buffer;

    public byte[] Body { get; } = message.Body.ToArray();

    public int DeliveryCount { get; } = message.DeliveryCount;

    public string Text => Encoding.UTF8.GetString(Body);

    public void Complete() => Message.Settle(Settlement.Complete);

    public void Abandon() => Message.Settle(Settlement.Abandon);
}
