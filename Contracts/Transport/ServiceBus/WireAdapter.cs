using System.Buffers;
using Amqp;
using AppProxy.Contracts.Transport.Amqp.Wires;

namespace AppProxy.Contracts.Transport.ServiceBus;

/// <summary>One of our wires as AMQPNetLite reads and writes it.</summary>
/// <remarks>
/// AMQPNetLite's pump reads a frame, works on it, and only then reads on. So the beginning of a read is the moment at which all that came before
/// is done: <see cref="BetweenReads"/>, by which a drain learns that it was answered (the library has no event for it).
/// </remarks>
internal sealed class WireAdapter(AmqpWire wire) : IAsyncTransport
{
    private readonly Lock _gate = new();
    private readonly List<ArraySegment<byte>> _segments = [];
    private Task<int> _read = Task.FromResult(0);
    private bool _isClosed;

    /// <summary>Called on the pump before each read.</summary>
    public Action? BetweenReads { get; set; }

    public void SetConnection(Connection connection)
    {
        // Nothing of it is needed.
    }

    // One call at a time: the library's writer awaits each.
    public async Task SendAsync(IList<ByteBuffer> bufferList, int listSize)
    {
        _segments.Clear();
        foreach (var buffer in bufferList)
        {
            _segments.Add(new ArraySegment<byte>(buffer.Buffer, buffer.Offset, buffer.Length));
        }

        await wire.WriteAsync(_segments);
    }

    public Task<int> ReceiveAsync(byte[] buffer, int offset, int count)
    {
        BetweenReads?.Invoke();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            return _read = ReadAsync(buffer.AsMemory(offset, count));
        }
    }

    public void Close()
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
        }

        wire.Abort();
    }

    /// <summary>Ends the wire for good, after the read that is under way.</summary>
    public async ValueTask EndAsync()
    {
        Close();
        await ((Task)_read).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await wire.DisposeAsync();
    }

    void global::Amqp.ITransport.Send(ByteBuffer buffer) => throw new NotSupportedException("Only the asynchronous calls are used.");

    int global::Amqp.ITransport.Receive(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only the asynchronous calls are used.");

    private async Task<int> ReadAsync(Memory<byte> destination)
    {
        var result = await wire.Input.ReadAsync();
        var available = result.Buffer;
        var take = (int)Math.Min(available.Length, destination.Length);
        available.Slice(0, take).CopyTo(destination.Span);
        wire.Input.AdvanceTo(available.GetPosition(take));
        return take;
    }
}
