using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.ServiceBus;

namespace AppProxy.Connector.Hosting;

/// <summary>Dials an Azure Service Bus namespace.</summary>
internal sealed class ServiceBusConnector(string connectionString, TimeProvider time) : BrokerConnector
{
    public override async ValueTask<ITransport> ConnectAsync(CancellationToken cancellationToken) =>
        await ServiceBusTransport.ConnectAsync(ServiceBusConnectionString.Parse(connectionString).ToTransportOptions(time), cancellationToken);
}
