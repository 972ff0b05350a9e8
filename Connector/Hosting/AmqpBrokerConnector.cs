using AppProxy.Connector.Settings;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Tokens;

namespace AppProxy.Connector.Hosting;

/// <summary>Dials a gateway's embedded broker over AMQP, plain, over TLS or inside a WebSocket, as the URL says.</summary>
internal sealed class AmqpBrokerConnector(BrokerOptions options, TimeProvider time) : BrokerConnector
{
    public override async ValueTask<ITransport> ConnectAsync(CancellationToken cancellationToken) => await AmqpTransport.ConnectAsync(
        new AmqpTransportOptions
        {
            Endpoint = new Uri(options.Url!),
            TokenProvider = new SharedAccessKeyTokenProvider(options.KeyName!, options.Key!, time),
            Time = time,
        },
        cancellationToken);
}
