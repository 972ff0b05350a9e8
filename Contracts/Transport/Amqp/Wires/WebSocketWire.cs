using System.IO.Pipelines;
using System.Net.WebSockets;

namespace AppProxy.Contracts.Transport.Amqp.Wires;

/// <summary>Over a WebSocket: a stream of octets, whatever the bounds of its messages.</summary>
internal sealed class WebSocketWire : AmqpWire
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly StreamWire _inner;

    public WebSocketWire(WebSocket webSocket)
    {
        _inner = new StreamWire(WebSocketStream.Create(webSocket, WebSocketMessageType.Binary, CloseTimeout), webSocket.Abort);
        Input = new WebSocketReader(_inner.Input);
    }

    public override PipeReader Input { get; }

    public override async ValueTask WriteAsync(List<ArraySegment<byte>> segments)
    {
        try
        {
            await _inner.WriteAsync(segments);
        }
        catch (NotSupportedException over)
        {
            throw Lost(over);
        }
    }

    public override void Abort() => _inner.Abort();

    public override ValueTask DisposeAsync() => _inner.DisposeAsync();

    /// <summary>A WebSocket that was aborted or closed reports every further call as not supported, as if the caller were at fault.</summary>
    internal static IOException Lost(NotSupportedException over) => new("The WebSocket was aborted or is closed.", over);
}
