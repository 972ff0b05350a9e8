using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Relay;

/// <summary>
/// Sends what an upgraded client writes to the connector, as far as that one's window goes: read straight into the messages that carry it, and
/// empty-handed while the client is silent, which it is most of its life.
/// </summary>
internal static class UpgradedPump
{
    /// <summary>Most messages of a WebSocket are small; who sends more gets larger pieces.</summary>
    private const int SmallPiece = 4 * 1024;

    /// <summary>Runs until the client has closed its side, the exchange is over, or nobody wants the rest; never throws.</summary>
    public static async Task RunAsync(GatewayExchange exchange, Stream client, TimeProvider time, CancellationToken stopping)
    {
        try
        {
            if (await exchange.WaitForGrantAsync() is not { } channel)
            {
                return;
            }

            var size = SmallPiece;
            while (true)
            {
                exchange.AwaitsClientBody = true;
                _ = await client.ReadAsync(Memory<byte>.Empty, stopping);
                exchange.AwaitsClientBody = false;
                var room = await channel.WaitForRoomAsync();
                if (room == 0)
                {
                    return;
                }

                exchange.LastMoved = time.GetTimestamp();
                var count = await SendAsync(channel, client, Math.Min(room, size), stopping);
                if (count == 0)
                {
                    return;
                }

                size = count < size ? SmallPiece : Math.Min(size * 4, FrameLimits.MaxDataLength);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The app has closed its side: nobody waits for more.
        }
        catch (Exception failure)
        {
            exchange.End(RequestBody.FailureOf(failure));
        }
    }

    /// <summary>Sends what is at hand, or the end; returns the number of octets.</summary>
    private static async ValueTask<int> SendAsync(ExchangeChannel channel, Stream client, int most, CancellationToken stopping)
    {
        var buffer = PooledBuffer.Rent(FrameBuffer.DataMessageOffset + most);
        int count;
        try
        {
            count = await client.ReadAsync(buffer.Array.AsMemory(FrameBuffer.DataMessageOffset, most), stopping);
        }
        catch
        {
            buffer.Release();
            throw;
        }

        if (count > 0)
        {
            channel.SendData(buffer, count);
            return count;
        }

        buffer.Release();
        using var frames = channel.Open();
        channel.SendEnd(frames, default(NoFields));
        return 0;
    }
}
