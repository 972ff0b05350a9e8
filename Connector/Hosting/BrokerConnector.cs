using AppProxy.Contracts.Transport;

namespace AppProxy.Connector.Hosting;

/// <summary>Opens the connector's transport: the one that its configuration names, or the one that a test brings.</summary>
internal abstract class BrokerConnector
{
    public abstract ValueTask<ITransport> ConnectAsync(CancellationToken cancellationToken);
}
