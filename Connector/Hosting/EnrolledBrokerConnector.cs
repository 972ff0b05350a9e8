using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Enrollment;
using AppProxy.Connector.Settings;
using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Sealing;
using AppProxy.Contracts.Transport.ServiceBus;

namespace AppProxy.Connector.Hosting;

/// <summary>Dials what the gateway says: its embedded broker, in the WebSocket on its own port unless another way is configured, or somebody else's.</summary>
internal class EnrolledBrokerConnector(
    EnrolledConnector connector, EnrolledTokenProvider tokens, BrokerOptions options, ConnectorMeter meter, TimeProvider time, ILogger<GroupSeal> logger) : BrokerConnector
{
    private readonly GroupSeal _seal = new(connector.Identity.Group, connector.SealingKeys, meter, logger);

    public override async ValueTask<ITransport> ConnectAsync(CancellationToken cancellationToken)
    {
        var access = await tokens.GetAccessForConnectionAsync(cancellationToken);
        var transport = new AmqpTransportOptions
        {
            Endpoint = EndpointOf(access),
            TokenProvider = tokens,
            Time = time,
            ContainerId = $"connector-{connector.Identity.Name}",
        };
        return access.Endpoint is null
            ? await AmqpTransport.ConnectAsync(transport, cancellationToken)
            : new SealedTransport(await ServiceBusTransport.ConnectAsync(transport, cancellationToken), _seal);
    }

    /// <summary>Tests lead connectors elsewhere.</summary>
    protected virtual Uri EndpointOf(BrokerAccessAnswer access) => new(access.Endpoint ?? options.Url ?? WebSocketOf(connector.Identity.Gateway));

    private static string WebSocketOf(Uri gateway) => new UriBuilder(gateway) { Scheme = gateway.Scheme == Uri.UriSchemeHttps ? "wss" : "ws" }.Uri.ToString();
}
