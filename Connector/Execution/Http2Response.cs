using System.Text;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Execution;

/// <summary>An answer that came through the library's client.</summary>
internal sealed class Http2Response(HttpRequestMessage request, HttpResponseMessage response, Stream body, CancellationToken cancellationToken) : IAppResponse
{
    private readonly byte[] _reason = response.ReasonPhrase is { Length: > 0 and <= 256 } reason ? Encoding.Latin1.GetBytes(reason) : [];
    private long _read;

    public int Status => (int)response.StatusCode;

    public ReadOnlySpan<byte> Reason => _reason;

    /// <summary>WebSocket over HTTP/2 is asked for differently (RFC 8441); upgrades go over HTTP/1.1.</summary>
    public bool IsUpgraded => false;

    public long? Length { get; } = response.Content.Headers.ContentLength;

    public bool IsEnded { get; private set; }

    /// <summary>The library resets the stream's other half when the response is disposed; a client that is told of the end sees that of its own accord.</summary>
    public bool IsUploadOpen => false;

    public int WriteFields(FrameBuffer frame) => new ResponseFields(response).WriteTo(frame);

    public int WriteTrailers(FrameBuffer frame) => new TrailerFields(response.TrailingHeaders).WriteTo(frame);

    public ValueTask WaitAsync()
    {
#pragma warning disable CA2022 // Nothing is read: it completes when a read would.
        var wait = body.ReadAsync(Memory<byte>.Empty, cancellationToken);
#pragma warning restore CA2022
        if (!wait.IsCompletedSuccessfully)
        {
            return AwaitAsync(wait);
        }

        _ = wait.Result;
        return ValueTask.CompletedTask;
    }

    public async ValueTask<int> ReadAsync(Memory<byte> destination)
    {
        var count = await body.ReadAsync(destination, cancellationToken);
        _read += count;

        // With a known length there may be trailers all the same, but those come with the frame that ends the stream.
        IsEnded = count == 0 || _read == Length;
        return count;
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets) => throw new NotSupportedException("Nothing is upgraded here.");

    public ValueTask WaitForUploadAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await body.DisposeAsync();
        response.Dispose();
        request.Dispose();
    }

    private static async ValueTask AwaitAsync(ValueTask<int> wait) => _ = await wait;
}
