using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Enrollment;
using AppProxy.Connector.Hosting;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Sealing;
using AppProxy.Contracts.Transport.ServiceBus;
using Microsoft.Extensions.Logging;

namespace AppProxy.Testing;

/// <summary>An enrolled connector's way to a namespace that shows it another face than gateways: with what the gateway gives for it, but to another place than it says.</summary>
internal sealed class TwoFacedBrokerConnector(
    string connectionString, EnrolledConnector connector, EnrolledTokenProvider tokens, ConnectorMeter meter, TimeProvider time, ILogger<GroupSeal> logger) : BrokerConnector
{
    private readonly GroupSeal _seal = new(connector.Identity.Group, connector.SealingKeys, meter, logger);

    public override async ValueTask<ITransport> ConnectAsync(CancellationToken cancellationToken)
    {
        await tokens.GetAccessForConnectionAsync(cancellationToken);
        var options = ServiceBusConnectionString.Parse(connectionString).ToTransportOptions(time) with { TokenProvider = tokens };
        return new SealedTransport(await ServiceBusTransport.ConnectAsync(options, cancellationToken), _seal);
    }
}
