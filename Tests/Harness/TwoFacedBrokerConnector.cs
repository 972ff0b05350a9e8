using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Enrollment;
using AppProxy.Connector.Hosting;
using AppProxy.Connector.Settings;
using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Identity.Sealing;
using AppProxy.Contracts.Transport.ServiceBus;
using Microsoft.Extensions.Logging;

namespace AppProxy.Testing;

/// <summary>An enrolled connector's way to a namespace that shows it another face than gateways: with what the gateway gives for it, but to another place than it says.</summary>
internal sealed class TwoFacedBrokerConnector(
    string connectionString, EnrolledConnector connector, EnrolledTokenProvider tokens, BrokerOptions options, ConnectorMeter meter, TimeProvider time, ILogger<GroupSeal> logger)
    : EnrolledBrokerConnector(connector, tokens, options, meter, time, logger)
{
    private readonly Uri _endpoint = ServiceBusConnectionString.Parse(connectionString).ToTransportOptions(time).Endpoint;

    protected override Uri EndpointOf(BrokerAccessAnswer access) => _endpoint;
}
