using System.Net.Sockets;

namespace AppProxy.Connector.Http1;

/// <summary>A connection without TLS: the socket itself, since every layer above it would copy or allocate.</summary>
internal sealed class PlainStream(Socket socket) : AppStream
{
    public override bool HasOctets => socket.Available > 0;

    public override bool IsReadable => socket.Poll(0, SelectMode.SelectRead);

    public override ValueTask<int> ReceiveAsync(Memory<byte> destination) => socket.ReceiveAsync(destination, SocketFlags.None);

    public override ValueTask WaitAsync()
    {
        var wait = socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None);
        if (!wait.IsCompletedSuccessfully)
        {
            return AwaitAsync(wait);
        }

        _ = wait.Result;
        return ValueTask.CompletedTask;
    }

    public override ValueTask SendAsync(ReadOnlyMemory<byte> octets)
    {
        var sending = socket.SendAsync(octets, SocketFlags.None);
        if (!sending.IsCompletedSuccessfully)
        {
            return SendRestAsync(sending, octets);
        }

        // As a rule the system takes all of it at once.
        var sent = sending.Result;
        return sent == octets.Length ? ValueTask.CompletedTask : SendRestAsync(new ValueTask<int>(sent), octets);
    }

    public override void Abort() => socket.Dispose();

    private static async ValueTask AwaitAsync(ValueTask<int> wait) => _ = await wait;

    private async ValueTask SendRestAsync(ValueTask<int> sending, ReadOnlyMemory<byte> octets)
    {
        while (true)
        {
            octets = octets[await sending..];
            if (octets.IsEmpty)
            {
                return;
            }

            sending = socket.SendAsync(octets, SocketFlags.None);
        }
    }
}
