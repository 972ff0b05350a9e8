using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using AppProxy.Contracts.Transport.Amqp.Wires;

namespace AppProxy.Contracts.Transport.Amqp.Client;

/// <summary>Makes the byte stream to an endpoint.</summary>
internal static class WireConnector
{
    public static ValueTask<AmqpWire> ConnectAsync(AmqpTransportOptions options, CancellationToken cancellationToken) =>
        options.Endpoint.Scheme switch
        {
            "amqp" => ConnectTcpAsync(options, cancellationToken),
            "amqps" => ConnectTlsAsync(options, cancellationToken),
            "ws" or "wss" => ConnectWebSocketAsync(options, cancellationToken),
            var scheme => throw new ArgumentException($"The scheme {scheme} is not one of amqp, amqps, ws and wss.", nameof(options)),
        };

    private static async ValueTask<AmqpWire> ConnectTcpAsync(AmqpTransportOptions options, CancellationToken cancellationToken) =>
        new SocketWire(await ConnectSocketAsync(options.Endpoint, 5672, cancellationToken));

    private static async ValueTask<AmqpWire> ConnectTlsAsync(AmqpTransportOptions options, CancellationToken cancellationToken)
    {
        var socket = await ConnectSocketAsync(options.Endpoint, 5671, cancellationToken);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsClientAsync(TlsFor(options), cancellationToken);
            return new StreamWire(stream, socket.Dispose);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static SslClientAuthenticationOptions TlsFor(AmqpTransportOptions options)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = options.Endpoint.Host };
        options.ConfigureTls?.Invoke(tls);
        return tls;
    }

    private static async ValueTask<Socket> ConnectSocketAsync(Uri endpoint, int defaultPort, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var port = endpoint.Port > 0 ? endpoint.Port : defaultPort;
            EndPoint target = IPAddress.TryParse(endpoint.Host.Trim('[', ']'), out var address)
                ? new IPEndPoint(address, port)
                : new DnsEndPoint(endpoint.Host, port);
            await socket.ConnectAsync(target, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async ValueTask<AmqpWire> ConnectWebSocketAsync(AmqpTransportOptions options, CancellationToken cancellationToken)
    {
        var webSocket = new ClientWebSocket();
        try
        {
            webSocket.Options.AddSubProtocol(Dialect.WebSocketProtocol);

            // AMQP has its own heart-beat.
            webSocket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
            var tls = TlsFor(options);
            if (tls.RemoteCertificateValidationCallback is { } validate)
            {
                webSocket.Options.RemoteCertificateValidationCallback = validate;
            }

            if (tls.ClientCertificates is { } certificates)
            {
                webSocket.Options.ClientCertificates = certificates;
            }

            var target = options.Endpoint.AbsolutePath.Length > 1
                ? options.Endpoint
                : new UriBuilder(options.Endpoint) { Path = Dialect.WebSocketPath }.Uri;
            await webSocket.ConnectAsync(target, cancellationToken);
            return new WebSocketWire(webSocket);
        }
        catch
        {
            webSocket.Dispose();
            throw;
        }
    }
}
