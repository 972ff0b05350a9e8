using System.Net.Security;
using AppProxy.Contracts.Transport.Tokens;

namespace AppProxy.Contracts.Transport.Amqp;

/// <summary>How <see cref="AmqpTransport"/> reaches its broker.</summary>
public sealed record AmqpTransportOptions
{
    /// <summary>
    /// <c>amqp://</c> (plain, 5672), <c>amqps://</c> (TLS, 5671), <c>ws://</c> or <c>wss://</c> (WebSocket; without a path the one of
    /// Service Bus, /$servicebus/websocket).
    /// </summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Gives the token of each queue; null = the broker asks for none.</summary>
    public IBrokerTokenProvider? TokenProvider { get; init; }

    /// <summary>Clock of every timer.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Names this client in the broker's logs.</summary>
    public string ContainerId { get; init; } = "appproxy-" + Guid.NewGuid().ToString("N");

    /// <summary>Settings of TLS beyond the host's name, such as how the certificate is checked. In a WebSocket that and client certificates count.</summary>
    public Action<SslClientAuthenticationOptions>? ConfigureTls { get; init; }

    /// <summary>Silence after which the broker counts as gone. Zero = never.</summary>
    public TimeSpan IdleTimeOut { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long connecting, signing in and opening a link may each take.</summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Largest frame taken, in bytes.</summary>
    public int MaxFrameSize { get; init; } = 256 * 1024;

    /// <summary>Largest message taken, in bytes.</summary>
    public int MaxMessageSize { get; init; } = 1024 * 1024;
}
