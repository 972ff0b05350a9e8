using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Gateway.Relay;

namespace AppProxy.Gateway.Hosting;

/// <summary>An Azure Service Bus namespace instead of the embedded broker. The three queues of each group must be there: Gateway/README.md tells how.</summary>
internal sealed class ServiceBusNamespace(AmqpTransportOptions options) : IRelayTransport
{
    public async ValueTask<ITransport> ConnectAsync(string group, CancellationToken cancellationToken) =>
        await ServiceBusTransport.ConnectAsync(options, cancellationToken);
}
