using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using AppProxy.Connector.Diagnostics;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Connector.Execution;

/// <summary>
/// Runs a request against its app and streams the response back:
/// <para>1. wait for the grant, unless the request may be run again unseen;</para>
/// <para>2. call the app;</para>
/// <para>3. send the response's head, with as much of the body as the app has sent with it;</para>
/// <para>4. send the rest of the body as it comes, as far as the gateway's window goes;</para>
/// <para>5. send the end with the trailers.</para>
/// </summary>
internal sealed partial class ExchangeRunner(AppClients apps, ConnectorMeter meter, TimeProvider time, ILogger<ExchangeRunner> logger)
{
    /// <summary>A first read where the length is not known: most pages without one are small.</summary>
    private const int UnknownLengthRead = 16 * 1024;

    /// <summary>A read of this size says that more is on its way: the next one need not begin empty-handed.</summary>
    private const int FlowingRead = 4 * 1024;

    public long Timestamp() => time.GetTimestamp();

    public async Task RunAsync(ConnectorExchange exchange)
    {
        var started = time.GetTimestamp();
        try
        {
            await RunCoreAsync(exchange);
        }
        catch (Exception failure)
        {
            var reason = exchange.EndedBy ?? Classify(failure, exchange);
            if (reason == ExchangeFailure.ConnectorError)
            {
                LogRunFailed(failure, exchange.Channel.Exchange);
            }

            exchange.End(reason);
        }
        finally
        {
            exchange.Dispose();
            meter.Ended(exchange.EndedBy ?? ExchangeFailure.None, time.GetElapsedTime(started));
        }
    }

    private static ExchangeFailure Classify(Exception failure, ConnectorExchange exchange) => failure switch
    {
        RequestBodyBrokenException broken => broken.Failure,
        HttpRequestException { InnerException: RequestBodyBrokenException broken } => broken.Failure,
        HttpRequestException { InnerException: AuthenticationException } => ExchangeFailure.AppTlsFailed,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => ExchangeFailure.AppTlsFailed,
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError } => ExchangeFailure.AppUnreachable,
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => ExchangeFailure.AppHeadTooLarge,
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => ExchangeFailure.AppResponseInvalid,
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => ExchangeFailure.AppAborted,
        TooManyFieldsException => ExchangeFailure.AppHeadTooLarge,
        HttpIOException => ExchangeFailure.AppAborted,
        HttpRequestException or IOException or SocketException => exchange.IsStreaming ? ExchangeFailure.AppAborted : ExchangeFailure.AppUnreachable,
        OperationCanceledException => exchange.IsStreaming ? ExchangeFailure.AppAborted : ExchangeFailure.AppUnreachable,
        _ => ExchangeFailure.ConnectorError,
    };

    private async Task RunCoreAsync(ConnectorExchange exchange)
    {
        if (exchange.IsDeadlineOver)
        {
            exchange.End(ExchangeFailure.DeadlineOver);
            return;
        }

        if (!exchange.IsReplayable && !await exchange.WaitForGrantAsync())
        {
            return;
        }

        if (!TryPrepare(exchange, out var call))
        {
            return;
        }

        using var activity = call.Activity;
        using var request = call.Request;
        exchange.LastMoved = exchange.CalledAt = time.GetTimestamp();
        using var response = await call.Client.SendAsync(request, exchange.Cancellation);
        activity?.SetTag("http.response.status_code", (int)response.StatusCode);
        await SendResponseAsync(exchange, response);
    }

    private bool TryPrepare(ConnectorExchange exchange, out AppCall call)
    {
        call = default;
        if (exchange.ReadHead(out var head) != FrameError.None)
        {
            exchange.End(ExchangeFailure.ConnectorProtocol);
            return false;
        }

        var id = Encoding.Latin1.GetString(head.AppId);
        if (!apps.TryGet(id, out var app, out var client))
        {
            LogAppUnknown(id);
            exchange.End(ExchangeFailure.AppUnknown);
            return false;
        }

        HttpContent? content = null;
        if (exchange.Flags.HasFlag(FrameFlags.Body) && !exchange.Flags.HasFlag(FrameFlags.Upgrade))
        {
            content = exchange.IsReplayable ? new ReadOnlyMemoryContent(exchange.ReplayableBody) : new AppRequestContent(exchange, time);
        }

        var request = AppRequest.Create(head, exchange.Flags, app, content);
        call = new AppCall(request, client, ConnectorTracing.Start(head, request, id));
        return true;
    }

    private async Task SendResponseAsync(ConnectorExchange exchange, HttpResponseMessage response)
    {
        var isUpgraded = response.StatusCode == HttpStatusCode.SwitchingProtocols;
        var stream = await response.Content.ReadAsStreamAsync(exchange.Cancellation);
        var upload = isUpgraded ? PumpUpgradedAsync(exchange, stream) : Task.CompletedTask;
        var length = isUpgraded ? null : response.Content.Headers.ContentLength;
        var next = (int)Math.Min(length ?? UnknownLengthRead, FrameLimits.DataPiece);

        // A body that came together with its head goes out together with it; otherwise the head goes at once.
        var ready = WaitForOctetsAsync(stream, exchange.Cancellation);
        if (ready.IsCompletedSuccessfully && exchange.Channel.Window.Limit >= next)
        {
            var buffer = PooledBuffer.Rent(FrameBuffer.DataMessageOffset + Math.Max(next, 1));
            var read = stream.ReadAsync(buffer.Array.AsMemory(FrameBuffer.DataMessageOffset, next), exchange.Cancellation);
            if (read.IsCompletedSuccessfully)
            {
                var count = read.Result;
                var isWhole = count == 0 || count == length;
                SendHead(exchange, response, isUpgraded, buffer, count, isWhole);
                if (isWhole)
                {
                    await upload;
                    return;
                }
            }
            else
            {
                SendHead(exchange, response, isUpgraded, null, 0, isWhole: false);
                await SendPieceAsync(exchange, buffer, read);
            }
        }
        else
        {
            SendHead(exchange, response, isUpgraded, null, 0, isWhole: false);
            await ready;
        }

        await SendBodyAsync(exchange, stream, response, length);
        if (isUpgraded)
        {
            // The app hung up, so nobody takes what the client still says.
            exchange.Channel.Inbound!.Dispose();
        }

        await upload;
    }

    private static async ValueTask SendPieceAsync(ConnectorExchange exchange, PooledBuffer buffer, ValueTask<int> read)
    {
        int count;
        try
        {
            count = await read;
        }
        catch
        {
            buffer.Release();
            throw;
        }

        if (count > 0)
        {
            exchange.Channel.SendData(buffer, count);
        }
        else
        {
            // The end, which the stream will report once more.
            buffer.Release();
        }
    }

    private static void SendHead(
        ConnectorExchange exchange, HttpResponseMessage response, bool isUpgraded, PooledBuffer? body, int count, bool isWhole)
    {
        using (var frames = exchange.OpenNamed(out var uplink))
        {
            Span<byte> reason = stackalloc byte[Math.Min(response.ReasonPhrase?.Length ?? 0, 256)];
            Encoding.Latin1.GetBytes(response.ReasonPhrase.AsSpan(0, reason.Length), reason);
            var head = new ResponseHead { UplinkSession = uplink, Status = (int)response.StatusCode, Reason = reason };
            frames.ResponseHead(
                isWhole ? FrameFlags.Complete : FrameFlags.None, ref exchange.Channel.Sequence, head, new ResponseFields(response, isUpgraded));
            if (count > 0)
            {
                exchange.Channel.SendData(frames, body!, count);
                body = null;
            }

            if (isWhole)
            {
                exchange.SendEnd(frames, new TrailerFields(response.TrailingHeaders));
            }
        }

        body?.Release();
        exchange.BeginStream();
    }

    private async Task SendBodyAsync(ConnectorExchange exchange, Stream stream, HttpResponseMessage response, long? length)
    {
        var isFlowing = exchange.Channel.SentOffset > 0;
        while (true)
        {
            var room = await WaitForRoomAsync(exchange);
            if (room == 0)
            {
                return;
            }

            if (!isFlowing)
            {
                await WaitForOctetsAsync(stream, exchange.Cancellation);
            }

            room = (int)Math.Min(room, Math.Max(1, length - exchange.Channel.SentOffset ?? room));
            var buffer = PooledBuffer.Rent(FrameBuffer.DataMessageOffset + room);
            int count;
            try
            {
                count = await stream.ReadAsync(buffer.Array.AsMemory(FrameBuffer.DataMessageOffset, room), exchange.Cancellation);
            }
            catch
            {
                buffer.Release();
                throw;
            }

            if (count == 0)
            {
                buffer.Release();
                using var frames = exchange.Channel.Open();
                exchange.SendEnd(frames, new TrailerFields(response.TrailingHeaders));
                return;
            }

            exchange.LastMoved = time.GetTimestamp();
            isFlowing = count >= FlowingRead;
            using (var frames = exchange.Channel.Open())
            {
                exchange.Channel.SendData(frames, buffer, count);
                if (exchange.Channel.SentOffset == length)
                {
                    exchange.SendEnd(frames, new TrailerFields(response.TrailingHeaders));
                    return;
                }
            }
        }
    }

    /// <summary>While it waits the app is not idle but held back.</summary>
    private async ValueTask<int> WaitForRoomAsync(ConnectorExchange exchange)
    {
        var wait = exchange.Channel.WaitForRoomAsync();
        if (wait.IsCompletedSuccessfully)
        {
            return wait.Result;
        }

        exchange.IsAppHeldBack = true;
        var room = await wait;
        exchange.LastMoved = time.GetTimestamp();
        exchange.IsAppHeldBack = false;
        return room;
    }

    /// <summary>Waits empty-handed: ten thousand silent streams must not hold ten thousand buffers.</summary>
    private static ValueTask<int> WaitForOctetsAsync(Stream stream, CancellationToken cancellationToken) =>
#pragma warning disable CA2022 // Nothing is read: it completes when a read would.
        stream.ReadAsync(Memory<byte>.Empty, cancellationToken);
#pragma warning restore CA2022

    /// <summary>After an upgrade the client's octets go to the app raw, as they come.</summary>
    private async Task PumpUpgradedAsync(ConnectorExchange exchange, Stream stream)
    {
        var body = exchange.Channel.Inbound!;
        try
        {
            do
            {
                while (body.TryRead(out var slice))
                {
                    try
                    {
                        await stream.WriteAsync(slice.Octets, exchange.Cancellation);
                    }
                    finally
                    {
                        slice.Release();
                    }

                    exchange.LastMoved = time.GetTimestamp();
                    exchange.Channel.Consume(slice.Octets.Length);
                }

                await stream.FlushAsync(exchange.Cancellation);
            }
            while (await body.WaitAsync());
        }
        catch (Exception) when (exchange.HasSentEnd)
        {
            // The app hung up while something was on its way to it.
        }

        if (!exchange.HasSentEnd)
        {
            // A raw connection has no half-close here: with the client's end gone, the app's goes too.
            exchange.End(ExchangeFailure.ClientGone);
        }
    }

    [LoggerMessage(2101, LogLevel.Error, "Exchange {Exchange} failed inside the connector")]
    private partial void LogRunFailed(Exception failure, ExchangeId exchange);

    [LoggerMessage(2102, LogLevel.Warning, "This connector does not know the app '{App}': add its internal URL to Connector:Apps")]
    private partial void LogAppUnknown(string app);

    private readonly record struct AppCall(HttpRequestMessage Request, HttpMessageInvoker Client, Activity? Activity);
}
