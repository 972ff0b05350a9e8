using System.Net;

namespace AppProxy.Connector.Execution;

/// <summary>The request's body as an HTTP/2 app's connection wants it: pieces are written as they arrive, and flushed whenever no next one is at hand.</summary>
internal sealed class AppRequestContent(IRequestBody body) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        do
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

                body.Consume(slice.Octets.Length);
            }

            await stream.FlushAsync(cancellationToken);
        }
        while (await body.WaitAsync());
    }

    /// <summary>The length is what the client said in its own Content-Length, which is a header like any other here.</summary>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
