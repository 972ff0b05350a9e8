using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Security.Authentication;
using AppProxy.Connector.Assertions;
using AppProxy.Connector.Destinations;
using AppProxy.Connector.Diagnostics;
using AppProxy.Connector.Http1;
using AppProxy.Connector.Provisioning;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;

namespace AppProxy.Connector.Execution;

/// <summary>
/// Runs a request against its app and streams the response back:
/// <para>1. verify who asks, have the settings that the request began with, and find the app;</para>
/// <para>2. see that the app can be reached, and wait for the grant, unless the request may be run again unseen;</para>
/// <para>3. call the app;</para>
/// <para>4. send the response's head, with as much of the body as the app has sent with it;</para>
/// <para>5. send the rest of the body as it comes, as far as the gateway's window goes;</para>
/// <para>6. send the end with the trailers.</para>
/// </summary>
internal sealed partial class ExchangeRunner(AppClients apps, AssertionVerifier assertions, ConnectorMeter meter, TimeProvider time, ILogger<ExchangeRunner> logger, SettingsPull? settings = null)
{
    /// <summary>A first read where the length is not known: most pages without one are small.</summary>
    private const int UnknownLengthRead = 16 * 1024;

    /// <summary>A read of this size says that more is on its way: the next one need not begin empty-handed.</summary>
    private const int FlowingRead = 4 * 1024;

    /// <summary>Nobody reads more of it.</summary>
    private const int LongestReason = 256;

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

            exchange.End(reason, isUnreachableHere: IsUnreachableHere(failure));
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
        Http1Exception { Error: Http1Error.Unreachable } => ExchangeFailure.AppUnreachable,
        Http1Exception { Error: Http1Error.DestinationRefused } => ExchangeFailure.TargetRefused,
        Http1Exception { Error: Http1Error.TlsFailed } => ExchangeFailure.AppTlsFailed,
        Http1Exception { Error: Http1Error.HeadTooLarge } => ExchangeFailure.AppHeadTooLarge,
        Http1Exception { IsInvalidResponse: true } => ExchangeFailure.AppResponseInvalid,
        Http1Exception => ExchangeFailure.AppAborted,
        HttpRequestException { InnerException: RequestBodyBrokenException broken } => broken.Failure,
        HttpRequestException { InnerException: DestinationRefusedException } => ExchangeFailure.TargetRefused,
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

    /// <summary>There was no connection, so nothing of the request went anywhere; or it is one that may run twice.</summary>
    private static bool IsUnreachableHere(Exception failure) => failure
        is Http1Exception { Error: Http1Error.Unreachable or Http1Error.DestinationRefused }
        or HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError };

    private async Task RunCoreAsync(ConnectorExchange exchange)
    {
        if (exchange.IsDeadlineOver)
        {
            exchange.End(ExchangeFailure.DeadlineOver);
            return;
        }

        // 1.
        if (await VerifyAsync(exchange) is var refused and not ExchangeFailure.None)
        {
            exchange.End(refused);
            return;
        }

        if (apps.Current.Version < exchange.SettingsVersion && settings is not null && !await settings.WaitForAsync(exchange.SettingsVersion, exchange.Cancellation))
        {
            exchange.End(ExchangeFailure.SettingsUnavailable, isUnreachableHere: true);
            return;
        }

        if (!TryFind(exchange, out var id, out var app))
        {
            return;
        }

        try
        {
            // 2.
            if (!exchange.IsReplayable)
            {
                await app.PrepareAsync(exchange.Flags, exchange.Cancellation);
                if (!await exchange.WaitForGrantAsync())
                {
                    return;
                }

                if (exchange.Flags.HasFlag(FrameFlags.Continued) && exchange.ReadHead(out _) != FrameError.None)
                {
                    // What came behind the claim.
                    exchange.End(ExchangeFailure.ConnectorProtocol);
                    return;
                }
            }

            // 3.
            exchange.LastMoved = exchange.CalledAt = time.GetTimestamp();
            var client = await app.ClientForAsync(exchange.Flags, exchange.Cancellation);
            using var activity = StartActivity(exchange, id);
            await using var response = await SendRequestAsync(exchange, client, activity);
            activity?.SetTag("http.response.status_code", response.Status);
            await SendResponseAsync(exchange, response);
        }
        catch (Http1Exception failure) when (failure.Error == Http1Error.TlsFailed)
        {
            app.ForgetChoice();
            throw;
        }
    }

    /// <summary>The head's first piece has all of it but fields.</summary>
    private ValueTask<ExchangeFailure> VerifyAsync(ConnectorExchange exchange) =>
        exchange.ReadHead(out var head) == FrameError.None ? assertions.VerifyAsync(head, exchange.Clock) : new ValueTask<ExchangeFailure>(ExchangeFailure.ConnectorProtocol);

    private bool TryFind(ConnectorExchange exchange, out string id, [NotNullWhen(true)] out ReachedApp? app)
    {
        (id, app) = ("", null);
        if (exchange.ReadHead(out var head) != FrameError.None)
        {
            exchange.End(ExchangeFailure.ConnectorProtocol);
            return false;
        }

        if (apps.Current.TryFind(head.AppId, exchange.SettingsVersion, out id, out app))
        {
            return true;
        }

        LogAppUnknown(id);
        exchange.End(ExchangeFailure.AppUnknown, isUnreachableHere: true);
        return false;
    }

    private static Activity? StartActivity(ConnectorExchange exchange, string app)
    {
        _ = exchange.ReadHead(out var head);
        return ConnectorTracing.Start(head, app);
    }

    private ValueTask<IAppResponse> SendRequestAsync(ConnectorExchange exchange, IAppClient client, Activity? activity)
    {
        _ = exchange.ReadHead(out var head);
        var hasStream = exchange.Flags.HasFlag(FrameFlags.Body) && !exchange.IsReplayable && !exchange.Flags.HasFlag(FrameFlags.Upgrade);
        var call = new AppCall(exchange.Flags, exchange.ReplayableBody, hasStream ? new ExchangeBody(exchange, time) : null, exchange, activity);
        return client.SendAsync(head, call, exchange.Cancellation);
    }

    private async Task SendResponseAsync(ConnectorExchange exchange, IAppResponse response)
    {
        var upload = response.IsUpgraded ? PumpUpgradedAsync(exchange, response) : Task.CompletedTask;
        await SendHeadAsync(exchange, response);
        if (!exchange.HasSentEnd)
        {
            await SendBodyAsync(exchange, response);
        }

        if (response.IsUpgraded)
        {
            // The app hung up, so nobody takes what the client still says.
            exchange.Channel.Inbound!.Dispose();
        }

        await upload;
    }

    /// <summary>A body that came together with its head goes out together with it; otherwise the head goes at once.</summary>
    private static async ValueTask SendHeadAsync(ConnectorExchange exchange, IAppResponse response)
    {
        var next = (int)Math.Min(response.Length ?? UnknownLengthRead, FrameLimits.DataPiece);
        if (response.IsEnded)
        {
            SendHead(exchange, response, null, 0);
            return;
        }

        var ready = response.WaitAsync();
        if (!ready.IsCompletedSuccessfully || exchange.Channel.Window.Limit < next)
        {
            SendHead(exchange, response, null, 0);
            await ready;
            return;
        }

        var buffer = PooledBuffer.Rent(FrameBuffer.DataMessageOffset + Math.Max(next, 1));
        var read = response.ReadAsync(buffer.Array.AsMemory(FrameBuffer.DataMessageOffset, Math.Max(next, 1)));
        if (read.IsCompletedSuccessfully)
        {
            SendHead(exchange, response, buffer, read.Result);
            return;
        }

        SendHead(exchange, response, null, 0);
        await SendPieceAsync(exchange, buffer, read);
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

    /// <summary>Sends the head, with what there is of the body; takes over the reference to <paramref name="body"/>.</summary>
    private static void SendHead(ConnectorExchange exchange, IAppResponse response, PooledBuffer? body, int count)
    {
        var isWhole = response.IsEnded && !response.IsUploadOpen;
        using (var frames = exchange.OpenNamed(out var uplink))
        {
            var reason = response.Reason;
            var head = new ResponseHead { UplinkSession = uplink, Status = response.Status, Reason = reason[..Math.Min(reason.Length, LongestReason)] };
            frames.ResponseHead(isWhole ? FrameFlags.Complete : FrameFlags.None, ref exchange.Channel.Sequence, head, new AppFields(response));
            if (count > 0)
            {
                exchange.Channel.SendData(frames, body!, count);
                body = null;
            }

            if (isWhole)
            {
                exchange.SendEnd(frames, new AppTrailers(response));
            }
        }

        body?.Release();
        exchange.BeginStream();
    }

    private async Task SendBodyAsync(ConnectorExchange exchange, IAppResponse response)
    {
        var isFlowing = exchange.Channel.SentOffset > 0;
        while (!response.IsEnded)
        {
            var room = await WaitForRoomAsync(exchange);
            if (room == 0)
            {
                return;
            }

            if (!isFlowing)
            {
                await response.WaitAsync();
            }

            room = (int)Math.Min(room, Math.Max(1, response.Length - exchange.Channel.SentOffset ?? room));
            var buffer = PooledBuffer.Rent(FrameBuffer.DataMessageOffset + room);
            int count;
            try
            {
                count = await response.ReadAsync(buffer.Array.AsMemory(FrameBuffer.DataMessageOffset, room));
            }
            catch
            {
                buffer.Release();
                throw;
            }

            exchange.LastMoved = time.GetTimestamp();
            isFlowing = count >= FlowingRead;
            using var frames = exchange.Channel.Open();
            if (count > 0)
            {
                exchange.Channel.SendData(frames, buffer, count);
            }
            else
            {
                buffer.Release();
            }

            if (response.IsEnded && !response.IsUploadOpen)
            {
                exchange.SendEnd(frames, new AppTrailers(response));
                return;
            }
        }

        if (response.IsUploadOpen)
        {
            // Everything is said, and the app goes on listening: as long as it does, the exchange is not over.
            await response.WaitForUploadAsync();
        }

        if (exchange.EndedBy is null)
        {
            using var frames = exchange.Channel.Open();
            exchange.SendEnd(frames, new AppTrailers(response));
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

    /// <summary>After an upgrade the client's octets go to the app raw, as they come.</summary>
    private async Task PumpUpgradedAsync(ConnectorExchange exchange, IAppResponse app)
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
                        await app.WriteAsync(slice.Octets);
                    }
                    finally
                    {
                        slice.Release();
                    }

                    exchange.LastMoved = time.GetTimestamp();
                    exchange.Channel.Consume(slice.Octets.Length);
                }
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

    [LoggerMessage(2102, LogLevel.Warning, "This connector does not know the app '{App}': is it one of its group? A connector with a key needs its internal URL in Connector:Apps")]
    private partial void LogAppUnknown(string app);
}
