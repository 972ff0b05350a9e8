using System.Net;
using AppProxy.Contracts.Exchanges;

namespace AppProxy.Connector.Execution;

/// <summary>The request's body as the app's connection wants it: pieces are written as they arrive, and flushed whenever no next one is at hand.</summary>
internal sealed class AppRequestContent(ConnectorExchange exchange, TimeProvider time) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var body = exchange.Channel.Inbound!;
        while (true)
        {
            while (body.TryRead(out var slice))
            {
                try
                {
                    await stream.WriteAsync(slice.Octets, cancellationToken);
                }
                finally
                {
                    slice.Release();
                }

                exchange.LastMoved = time.GetTimestamp();
                exchange.Channel.Consume(slice.Octets.Length);
            }

            await stream.FlushAsync(cancellationToken);
            exchange.IsAwaitingBody = true;
            var more = await body.WaitAsync();
            exchange.IsAwaitingBody = false;
            if (!more)
            {
                break;
            }
        }

        if (!body.IsDrained)
        {
            // Tear the connection down: the app must not take the part for the whole.
            throw new RequestBodyBrokenException(body.Failure);
        }
    }

    /// <summary>The length is what the client said in its own Content-Length, which is a header like any other here; without it the body is chunked.</summary>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
