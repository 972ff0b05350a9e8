using System.IO.Pipelines;
using System.Net.Sockets;

namespace AppProxy.Contracts.Transport.Amqp.Wires;

/// <summary>Over a plain socket: several segments go out in one call, so that a large body is never copied.</summary>
internal sealed class SocketWire : AmqpWire
{
    private const int ReadSize = 64 * 1024;

    private readonly Socket _socket;

    public SocketWire(Socket socket)
    {
        _socket = socket;
        Input = PipeReader.Create(
            new NetworkStream(socket, ownsSocket: false),
            new StreamPipeReaderOptions(bufferSize: ReadSize, minimumReadSize: ReadSize / 4));
    }

    public override PipeReader Input { get; }

    public override async ValueTask WriteAsync(List<ArraySegment<byte>> segments)
    {
        if (segments.Count == 1)
        {
            await SendAllAsync(segments[0]);
            return;
        }

        var total = 0;
        for (var i = 0; i < segments.Count; i++)
        {
            total += segments[i].Count;
        }

        var sent = await _socket.SendAsync(segments, SocketFlags.None);

        // A stream socket sends everything before it reports; should one not, the rest goes piece by piece.
        for (var i = 0; sent < total && i < segments.Count; i++)
        {
            var segment = segments[i];
            if (sent >= segment.Count)
            {
                sent -= segment.Count;
                total -= segment.Count;
                continue;
            }

            await SendAllAsync(segment[sent..]);
            total -= segment.Count;
            sent = 0;
        }
    }

    public override void Abort() => _socket.Dispose();

    public override async ValueTask DisposeAsync()
    {
        await Input.CompleteAsync();
        _socket.Dispose();
    }

    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> memory)
    {
        while (!memory.IsEmpty)
        {
            memory = memory[await _socket.SendAsync(memory, SocketFlags.None)..];
        }
    }
}
