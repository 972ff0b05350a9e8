using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Wires;

namespace AppProxy.Gateway.Broker.Amqp;

/// <summary>AMQP in a WebSocket, for where only port 443 is open: a stream of bytes, whatever the bounds of its messages.</summary>
internal static class BrokerWebSocketEndpoint
{
    private static readonly string[] Protocols = [Dialect.WebSocketProtocol, Dialect.OldWebSocketProtocol];

    public static async Task HandleAsync(HttpContext context, AmqpBroker broker)
    {
        // The answer repeats whichever sub-protocol was offered.
        var protocol = context.WebSockets.WebSocketRequestedProtocols
            .FirstOrDefault(offered => Protocols.Contains(offered, StringComparer.OrdinalIgnoreCase));
        if (!context.WebSockets.IsWebSocketRequest || protocol is null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        // AMQP has its own heart-beat.
        using var webSocket = await context.WebSockets.AcceptWebSocketAsync(
            new WebSocketAcceptContext { SubProtocol = protocol, KeepAliveInterval = Timeout.InfiniteTimeSpan });
        await broker.RunAsync(new WebSocketWire(webSocket), context.Connection.RemoteIpAddress + ":" + context.Connection.RemotePort);
    }
}
