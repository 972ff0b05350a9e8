using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Sealing;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Gateway.Connectors.Sealing;
using AppProxy.Gateway.Relay;

namespace AppProxy.Gateway.Hosting;

/// <summary>
/// An Azure Service Bus namespace instead of the embedded broker. The three queues of each group must be there: Gateway/README.md tells how. It is
/// somebody else's, so it sees sealed frames only.
/// </summary>
internal sealed class ServiceBusNamespace(AmqpTransportOptions options, GroupSeals seals) : IRelayTransport
{
    public async ValueTask<ITransport> ConnectAsync(string group, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(group, cancellationToken);
        return new SealedTransport(await ServiceBusTransport.ConnectAsync(options, cancellationToken), seal);
    }
}
