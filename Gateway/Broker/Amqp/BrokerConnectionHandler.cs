using AppProxy.Contracts.Transport.Amqp.Wires;
using Microsoft.AspNetCore.Connections;

namespace AppProxy.Gateway.Broker.Amqp;

/// <summary>AMQP over TCP, on a Kestrel endpoint; over TLS when the endpoint says UseHttps before it.</summary>
internal sealed class BrokerConnectionHandler(AmqpBroker broker) : ConnectionHandler
{
    public override Task OnConnectedAsync(ConnectionContext connection) =>
        broker.RunAsync(new PipeWire(connection.Transport, connection.Abort), connection.RemoteEndPoint?.ToString() ?? connection.ConnectionId);
}
