using System.IO.Pipelines;

namespace AppProxy.Contracts.Transport.Amqp.Wires;

/// <summary>Over a stream: that of TLS, or of a WebSocket.</summary>
internal sealed class StreamWire : AmqpWire
{
    // A 64 KB body chunk with its head should arrive in few reads; TLS records and WebSocket messages are 16 to 64 KB.
    private const int ReadSize = 64 * 1024;

    private readonly Stream _stream;
    private readonly Action? _abort;

    public StreamWire(Stream stream, Action? abort = null)
    {
        _stream = stream;
        _abort = abort;
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadSize, minimumReadSize: ReadSize / 4, leaveOpen: true));
    }

    public override PipeReader Input { get; }

    public override async ValueTask WriteAsync(List<ArraySegment<byte>> segments)
    {
        for (var i = 0; i < segments.Count; i++)
        {
            await _stream.WriteAsync(segments[i].AsMemory());
        }

        await _stream.FlushAsync();
    }

    public override void Abort()
    {
        if (_abort is { } abort)
        {
            abort();
        }
        else
        {
            _stream.Dispose();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await Input.CompleteAsync();
        await _stream.DisposeAsync();
    }
}
