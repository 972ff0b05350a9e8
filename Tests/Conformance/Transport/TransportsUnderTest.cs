using System.Collections;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Sealing;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Gateway.Broker.InProcess;

namespace AppProxy.Tests.Conformance.Transport;

/// <summary>Every implementation of the seam. A new one joins by a line here; <see cref="Every_transport_is_listed"/> sees to it.</summary>
public sealed class TransportsUnderTest : IEnumerable<TransportKind>
{
    public IEnumerator<TransportKind> GetEnumerator()
    {
        yield return new TransportKind(typeof(InProcessTransport), () => new InProcessUnderTest());
        yield return new TransportKind(typeof(AmqpTransport), () => new AmqpUnderTest(overWebSocket: false));
        yield return new TransportKind(typeof(AmqpTransport), () => new AmqpUnderTest(overWebSocket: true)) { Wire = "WebSocket" };
        yield return new TransportKind(typeof(ServiceBusTransport), () => new ServiceBusUnderTest());
        yield return new TransportKind(typeof(SealedTransport), () => new SealedUnderTest());
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
