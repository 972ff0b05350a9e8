using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Settings;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Sealing;
using AppProxy.Contracts.Transport.ServiceBus;

namespace AppProxy.Connector.Hosting;

/// <summary>Dials an Azure Service Bus namespace, which is somebody else's and sees sealed frames only.</summary>
internal sealed class ServiceBusConnector(ConnectorOptions options, ConnectorMeter meter, TimeProvider time, ILogger<GroupSeal> logger) : BrokerConnector
{
    private readonly GroupSeal _seal = new(options.Group, KeysOf(options.Broker, time), meter, logger);

    public override async ValueTask<ITransport> ConnectAsync(CancellationToken cancellationToken) => new SealedTransport(
        await ServiceBusTransport.ConnectAsync(ServiceBusConnectionString.Parse(options.Broker.ConnectionString!).ToTransportOptions(time), cancellationToken), _seal);

    /// <summary>Checked before anything started.</summary>
    private static ConfiguredSealingKeys KeysOf(BrokerOptions broker, TimeProvider time) => new(
        GroupSecret.TryParse(broker.SealingKey, out var secret) ? secret : throw new FormatException("Connector:Broker:SealingKey is none."),
        GroupSecret.TryParse(broker.OtherSealingKey, out var other) ? other : null,
        time);
}
