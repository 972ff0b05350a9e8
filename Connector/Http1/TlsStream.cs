using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace AppProxy.Connector.Http1;

/// <summary>
/// A connection with TLS. A read of SslStream brings one record (16 KB at most); here it goes on while there are more, so that a message is filled as
/// it is without TLS. Whether there are more, a zero-byte read tells: one that does not complete at once is kept, and is the next wait.
/// </summary>
internal sealed class TlsStream(Socket socket, SslStream stream) : AppStream
{
    private Task? _wait;

    public override bool HasOctets
    {
        get
        {
            _wait ??= BeginWait();
            return _wait.IsCompleted;
        }
    }

    public override bool IsReadable => _wait is { } wait ? wait.IsCompleted : socket.Poll(0, SelectMode.SelectRead);

    public override ValueTask<int> ReceiveAsync(Memory<byte> destination)
    {
        if (destination.Length == 0)
        {
            throw new ArgumentException("Nothing to read into.", nameof(destination));
        }

        return ReceiveManyAsync(destination);
    }

    public override async ValueTask WaitAsync()
    {
        // Kept when it fails: the read that follows says how.
        await (_wait ??= BeginWait()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override async ValueTask SendAsync(ReadOnlyMemory<byte> octets)
    {
        await stream.WriteAsync(octets);
        await stream.FlushAsync();
    }

    /// <summary>The socket alone: whoever is inside the stream comes out by an error, and only then may the stream go.</summary>
    public override void Abort() => socket.Dispose();

    public override void Close()
    {
        socket.Dispose();
        if (_wait is null or { IsCompleted: true })
        {
            stream.Dispose();
            return;
        }

        // Comes at once: its socket is gone.
        _wait.ContinueWith(static (_, stream) => ((SslStream)stream!).Dispose(), stream, TaskScheduler.Default);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReceiveManyAsync(Memory<byte> destination)
    {
        await EndWaitAsync();
        var count = await stream.ReadAsync(destination);
        while (count > 0 && count < destination.Length && HasOctets)
        {
            await EndWaitAsync();
            var more = await stream.ReadAsync(destination[count..]);
            count += more;
            if (more == 0)
            {
                // The end, which the stream reports once more.
                break;
            }
        }

        return count;
    }

    private Task BeginWait()
    {
#pragma warning disable CA2022 // Nothing is read: it completes when a read would.
        var wait = stream.ReadAsync(Memory<byte>.Empty);
#pragma warning restore CA2022
        return wait.IsCompletedSuccessfully ? Task.CompletedTask : wait.AsTask();
    }

    private async ValueTask EndWaitAsync()
    {
        if (_wait is { } wait)
        {
            _wait = null;
            await wait;
        }
    }
}
