using Amqp;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Client;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>
/// Makes AMQPNetLite's bytes flow over our own wires: TCP, TLS and WebSocket with the settings of <see cref="AmqpTransportOptions"/>, a connect
/// that can be cancelled, and a wire that can be cut. For one connection.
/// </summary>
internal sealed class WireProvider : TransportProvider
{
    private readonly AmqpTransportOptions _options;
    private readonly CancellationToken _cancellationToken;

    public WireProvider(AmqpTransportOptions options, CancellationToken cancellationToken)
    {
        _options = options;
        _cancellationToken = cancellationToken;
        AddressSchemes = [options.Endpoint.Scheme];
    }

    /// <summary>The wire, once connected.</summary>
    public WireAdapter? Wire { get; private set; }

    public override async Task<IAsyncTransport> CreateAsync(Address address) =>
        Wire = new WireAdapter(await WireConnector.ConnectAsync(_options, _cancellationToken));
}
