using System.Diagnostics;
using System.Text;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.Relay.Assertions;
using AppProxy.Gateway.Relay.Translation;
using Microsoft.AspNetCore.Http.Features;

namespace AppProxy.Gateway.Relay;

/// <summary>
/// Takes one request of a client across the relay:
/// <para>1. tell whether it may be run again unseen, and read its body whole if so;</para>
/// <para>2. put its head on the group's queue;</para>
/// <para>3. send the body to the connector that was granted it, while</para>
/// <para>4. waiting for the response's head and</para>
/// <para>5. writing the response as it comes;</para>
/// <para>6. say what went wrong, if anything did, in the one way that is left.</para>
/// </summary>
internal sealed partial class RelayForwarder(
    GroupRelays groups, UrlMaps maps, ClientConnections connections, RelayLimits limits, AssertionIssuer assertions, GatewayMeter meter, TimeProvider time, ILogger<RelayForwarder> logger)
{
    /// <summary>A body up to here is kept at hand, so that its request may be sent again (DESIGN.md section 2).</summary>
    private const int MaxReplayableBody = 64 * 1024;

    /// <summary>More than all that a head says besides what the client sent and the app's rules add.</summary>
    private const int OwnFields = 16 * 1024;

    /// <summary>Whether a head can be larger than a message at all: with the usual limit none is, and none needs to be measured.</summary>
    private readonly bool _mayBeCut = limits.MaxRequestHeaderBytes + (2 * OwnFields) > HeadPieces.Size;

    /// <param name="admission">By whose leave; null for an open app.</param>
    public async Task ForwardAsync(HttpContext context, PublishedApp app, CatalogueSnapshot catalogue, IAdmission? admission = null)
    {
        if (!groups.TryGet(app.ConnectorGroup, out var group))
        {
            await RefuseAsync(context, app, ExchangeFailure.NoConnector);
            return;
        }

        if (!RequestTarget.TryBelow(app, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, out var target) || !TargetNames.TryWrite(app, context.Request, out var targetName))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var extended = default(ExtendedConnect);
        if (HttpMethods.IsConnect(context.Request.Method) && (extended = ExtendedConnect.Find(context)) is null)
        {
            // Apps are published by URL: a tunnel to anywhere is not what anybody published.
            context.Response.StatusCode = StatusCodes.Status501NotImplemented;
            return;
        }

        // 1.
        (FrameFlags Flags, ReadOnlyMemory<byte> Body) request;
        try
        {
            request = await ClassifyAsync(context, app, extended is not null);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            // The body broke off before anything was relayed.
            await RefuseAsync(context, app, RequestBody.FailureOf(failure));
            return;
        }

        if (!groups.TryEnter())
        {
            await RefuseAsync(context, app, ExchangeFailure.GatewayShutdown);
            return;
        }

        using var exchange = new GatewayExchange(group, app, request.Flags, time)
        {
            Admission = admission,
            ClientAddress = context.Connection.RemoteIpAddress,
            Assertions = assertions,
            AsksToContinue = (request.Flags & (FrameFlags.Body | FrameFlags.Replayable)) == FrameFlags.Body && RequestBody.IsExpectedToBeAskedFor(context.Request),
            ClientConnection = connections.Find(context, app),
        };
        using var activity = GatewayTracing.Start(exchange);
        group.Add(exchange);
        meter.Began(app.Id);
        var clientGone = context.RequestAborted.UnsafeRegister(static state => ((GatewayExchange)state!).End(ExchangeFailure.ClientGone), exchange);
        Task<bool>? upload = null;
        try
        {
            // 2.
            if (exchange.TryEnterLine())
            {
                exchange.Send(WriteRequest(context, exchange, catalogue, targetName, target, request.Body, extended));
            }

            // 3.
            if (request.Flags.HasFlag(FrameFlags.Body) && !exchange.IsReplayable && !request.Flags.HasFlag(FrameFlags.Upgrade))
            {
                upload = RequestPump.RunAsync(exchange, context.Request, time);
            }

            // 4. and 5.
            if (await exchange.WaitForHeadAsync())
            {
                await ResponseWriter.WriteAsync(context, exchange, maps.Of(catalogue), extended, time, logger);
            }
        }
        catch (Exception failure)
        {
            exchange.End(context.RequestAborted.IsCancellationRequested ? ExchangeFailure.ClientGone : ExchangeFailure.GatewayError);
            if (exchange.EndedBy == ExchangeFailure.GatewayError)
            {
                LogForwardFailed(failure, exchange.Id);
            }
        }
        finally
        {
            exchange.End(ExchangeFailure.None);
            group.Remove(exchange);
            await clientGone.DisposeAsync();
            if (upload is not null)
            {
                // The response is over, and with it the interest in the rest of the request.
                await RequestPump.StopAsync(upload, context.Request.BodyReader);
            }

            meter.Ended(app.Id, time.GetElapsedTime(exchange.Began));
            groups.Leave();
        }

        // 6.
        if (exchange.EndedBy is { } ended and not ExchangeFailure.None)
        {
            await FailAsync(context, exchange, ended, activity);
        }
    }

    private async ValueTask<(FrameFlags Flags, ReadOnlyMemory<byte> Body)> ClassifyAsync(HttpContext context, PublishedApp app, bool isExtendedConnect)
    {
        var request = context.Request;
        var flags = request.IsHttps ? FrameFlags.Https : FrameFlags.None;
        if (isExtendedConnect
            || (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true))
        {
            return (flags | FrameFlags.Upgrade | FrameFlags.Body, default);
        }

        var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? request.ContentLength is not 0 and not null;
        flags |= hasBody ? FrameFlags.Body : FrameFlags.None;
        RequestBody.ThrowIfMalformed(request);
        if (!IsReplayable(request.Method, app))
        {
            return (flags, default);
        }

        if (!hasBody)
        {
            // A head of more than a message is continued for the connector that claimed it.
            return (_mayBeCut && !FitsOneMessage(request, 0) ? flags : flags | FrameFlags.Replayable, default);
        }

        if (request.ContentLength is not { } length || length > MaxReplayableBody || !FitsOneMessage(request, (int)length))
        {
            return (flags, default);
        }

        var body = new byte[length];
        await request.Body.ReadExactlyAsync(body, context.RequestAborted);
        return (flags | FrameFlags.Replayable, body);
    }

    /// <summary>A replayable request is complete in its message, and one head frame's worth is what every broker takes.</summary>
    private static bool FitsOneMessage(HttpRequest request, int body)
    {
        var size = body + OwnFields + request.Path.Value!.Length + (request.QueryString.Value?.Length ?? 0);
        foreach (var (name, values) in request.Headers)
        {
            foreach (var value in values)
            {
                size += name.Length + (value?.Length ?? 0) + sizeof(int);
            }
        }

        return size < HeadPieces.Size;
    }

    private static bool IsReplayable(string method, PublishedApp app)
    {
        var replayable = app.Relay.Replayable;
        return HttpMethods.IsGet(method) ? replayable.HasFlag(ReplayableMethods.Get)
            : HttpMethods.IsHead(method) || HttpMethods.IsOptions(method)
            || (HttpMethods.IsPut(method) && replayable.HasFlag(ReplayableMethods.Put))
            || (HttpMethods.IsDelete(method) && replayable.HasFlag(ReplayableMethods.Delete));
    }

    private FrameBuffer WriteRequest(HttpContext context, GatewayExchange exchange, CatalogueSnapshot catalogue, byte[] targetName, string target, ReadOnlyMemory<byte> body, ExtendedConnect? extended)
    {
        var app = exchange.App;
        var trace = Activity.Current;
        var message = new FrameBuffer(1024 + body.Length);
        var first = new Attempt(1, 0);
        var head = new RequestHead
        {
            ReplySession = exchange.ReplySession,
            Deadline = exchange.DeadlineAfter(app.Relay.WaitForConnector),
            ResponseHeadTimeout = (uint)app.ApplicationServerTimeout.TotalMilliseconds,
            IdleTimeout = (uint)app.Relay.IdleTimeout.TotalMilliseconds,
            ResponseWindow = exchange.Response.Limit,
            SettingsVersion = (ulong)app.SettingsVersion,
            AppId = targetName,
            ClientAddress = Encoding.Latin1.GetBytes(context.Connection.RemoteIpAddress?.ToString() ?? ""),
            TraceParent = trace is null ? default : Encoding.Latin1.GetBytes(trace.Id ?? ""),
            TraceState = trace?.TraceStateString is { Length: > 0 } state ? Encoding.Latin1.GetBytes(state) : default,
            Assertion = exchange.TakeAssertion().Span,
            ClientConnection = exchange.ClientConnection is { } connection ? connection.Id.Span : default,
            Method = Encoding.Latin1.GetBytes(extended is null ? context.Request.Method : ExtendedConnect.Method),
            Target = Encoding.Latin1.GetBytes(target),
        };
        message.RequestHead(
            exchange.Flags, exchange.Id, first, sequence: 0, head, new RequestFields(context, exchange, catalogue, maps, extended));
        if (exchange.IsReplayable && exchange.Flags.HasFlag(FrameFlags.Body))
        {
            message.Data(exchange.Id, first, sequence: 1, offset: 0, body.Span);
            message.End(exchange.Id, first, sequence: 2, body.Length, default(NoFields));
        }

        return message;
    }

    private Task RefuseAsync(HttpContext context, PublishedApp app, ExchangeFailure reason)
    {
        var failure = FailureMap.Get(reason);
        var reference = ExchangeId.Create();
        meter.Failed(app.Id, failure);
        LogEnded(failure.Level, reference, app.Id, failure.Token, failure.Side);
        if (reason == ExchangeFailure.ClientGone)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        return FailureResponse.WriteAsync(context, app, failure, reference);
    }

    private async Task FailAsync(HttpContext context, GatewayExchange exchange, ExchangeFailure ended, Activity? activity)
    {
        var failure = FailureMap.Get(ended);
        meter.Failed(exchange.App.Id, failure);
        activity?.SetStatus(ActivityStatusCode.Error, failure.Token);
        LogEnded(failure.Level, exchange.Id, exchange.App.Id, failure.Token, failure.Side);
        if (context.Response.HasStarted || ended == ExchangeFailure.ClientGone)
        {
            // What was begun can't be mended: break it off, so that nobody takes the part for the whole.
            context.Abort();
            return;
        }

        await FailureResponse.WriteAsync(context, exchange.App, failure, exchange.Id);
    }

    [LoggerMessage(3101, LogLevel.Error, "Exchange {Exchange} failed inside the gateway")]
    private partial void LogForwardFailed(Exception failure, ExchangeId exchange);

    [LoggerMessage(EventId = 3102, Message = "Exchange {Exchange} of app '{App}' ended with {Failure} ({Side})")]
    private partial void LogEnded(LogLevel level, ExchangeId exchange, string app, string failure, FailureSide side);
}
