using System.Buffers;
using System.IO.Pipelines;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Gateway.Relay;

/// <summary>Sends the client's body to the connector that was granted the request, as it comes and as far as that one's window goes.</summary>
internal static class RequestPump
{
    /// <summary>Sends a request's body. True when it went out whole; never throws.</summary>
    public static async Task<bool> RunAsync(GatewayExchange exchange, HttpRequest request, TimeProvider time)
    {
        var trailers = new RequestTrailers(request);
        try
        {
            while (await exchange.WaitForGrantAsync() is { } channel)
            {
                if (await RunAsync(exchange, channel, request.BodyReader, trailers, time) is { } isWhole)
                {
                    return isWhole;
                }
            }

            return false;
        }
        catch (Exception failure)
        {
            exchange.End(RequestBody.FailureOf(failure));
            return false;
        }
    }

    /// <summary>Null when the connector turned out not to reach the app, and all of the body is still here for another.</summary>
    private static async ValueTask<bool?> RunAsync(GatewayExchange exchange, ExchangeChannel channel, PipeReader client, RequestTrailers trailers, TimeProvider time)
    {
        if (exchange.AsksToContinue)
        {
            Grant(channel);
            if (!await exchange.WaitForContinueAsync())
            {
                return false;
            }
        }

        // To look is to ask: the server tells a client that waits for it to go on.
        if (!client.TryRead(out var result))
        {
            if (!exchange.AsksToContinue)
            {
                Grant(channel);
            }

            result = await ReadAsync(exchange, client);
        }

        while (!result.IsCanceled)
        {
            var room = result.Buffer.IsEmpty ? 1 : await channel.WaitForRoomAsync();
            if (room == 0)
            {
                client.AdvanceTo(result.Buffer.Start);
                return channel.IsWithdrawn ? null : false;
            }

            exchange.LastMoved = time.GetTimestamp();
            if (Send(channel, client, result, room, trailers) is not false and var isWhole)
            {
                return isWhole;
            }

            if (!client.TryRead(out result))
            {
                result = await ReadAsync(exchange, client);
            }
        }

        // A read that was cancelled is still a read: the server drains the rest only when it is over.
        client.AdvanceTo(result.Buffer.Start);
        return false;
    }

    /// <summary>The grant must not wait for a client that waits for the app.</summary>
    private static void Grant(ExchangeChannel channel)
    {
        using var frames = channel.Open();
        channel.SendData(frames, []);
    }

    /// <summary>Ends a pump that may still wait for the client; never throws.</summary>
    public static async Task StopAsync(Task<bool> pump, PipeReader client)
    {
        if (!pump.IsCompleted)
        {
            try
            {
                client.CancelPendingRead();
            }
            catch (Exception broken) when (broken is IOException or OperationCanceledException)
            {
                // The server tells here, too, what the pump is told: the client broke off.
            }
        }

        await pump;
    }

    private static async ValueTask<ReadResult> ReadAsync(GatewayExchange exchange, PipeReader client)
    {
        exchange.AwaitsClientBody = true;
        var result = await client.ReadAsync();
        exchange.AwaitsClientBody = false;
        return result;
    }

    /// <summary>Sends what fits the room; true when that was the end, null when nobody wants it there.</summary>
    private static bool? Send(ExchangeChannel channel, PipeReader client, in ReadResult result, int room, RequestTrailers trailers)
    {
        var available = result.Buffer;
        var count = (int)Math.Min(available.Length, room);
        var piece = available.Slice(0, count);
        var isEnd = result.IsCompleted && count == available.Length;
        using (var frames = channel.Open())
        {
            if (channel.IsWithdrawn)
            {
                client.AdvanceTo(result.Buffer.Start);
                return null;
            }

            if (count > 0)
            {
                var buffer = PooledBuffer.Rent(FrameBuffer.DataMessageOffset + count);
                piece.CopyTo(buffer.Array.AsSpan(FrameBuffer.DataMessageOffset));
                channel.SendData(frames, buffer, count);
            }

            if (isEnd)
            {
                channel.SendEnd(frames, trailers);
            }
        }

        client.AdvanceTo(piece.End);
        return isEnd;
    }
}
