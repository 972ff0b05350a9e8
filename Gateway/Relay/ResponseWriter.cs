using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Relay.Translation;
using AppProxy.Gateway.Relay.Translation.Bodies;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Relay;

/// <summary>Writes an exchange's response to its client, each piece as it comes, none faster than the client takes it.</summary>
internal static class ResponseWriter
{
    /// <summary>Pieces at hand are written together up to here before the client's pace counts.</summary>
    private const int FlushAt = 64 * 1024;

    public static Task WriteAsync(HttpContext context, GatewayExchange exchange, UrlMap map, ExtendedConnect? extended, TimeProvider time, ILogger logger)
    {
        var isWritten = TryWriteHead(context, exchange, map) && (extended is null || TryAgree(context, extended));

        // A stream may be open for days after its head.
        exchange.Head.Dispose();
        if (!isWritten)
        {
            exchange.End(ExchangeFailure.AppResponseInvalid);
            return Task.CompletedTask;
        }

        ClientConnections.KeepChallenges(context, exchange.App);

        if (context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols)
        {
            return WriteUpgradedAsync(context, exchange, extended, time);
        }

        if (BodyPlan.Find(context, exchange.App, map, logger) is { } plan)
        {
            plan.Apply(context.Response.Headers);
            if (!HttpMethods.IsHead(context.Request.Method))
            {
                return WriteTranslatedAsync(context, exchange, plan, time);
            }
        }

        return ChunkedBody.IsNeeded(context, exchange.Response) ? WriteChunkedAsync(context, exchange, time) : WritePlainAsync(context, exchange, time);
    }

    private static bool TryWriteHead(HttpContext context, GatewayExchange exchange, UrlMap map)
    {
        var response = context.Response;
        if (ResponseHead.TryRead(exchange.Head.Payload.Span, exchange.Head.Flags, out var head) != FrameError.None)
        {
            return false;
        }

        _ = FieldLines.TryRead(head.FieldSection, out var lines);
        try
        {
            response.StatusCode = head.Status;
            if (!head.Reason.IsEmpty && !IsUsualReason(head))
            {
                context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = Encoding.Latin1.GetString(head.Reason);
            }

            UrlTranslation? urls = null;
            foreach (var line in lines)
            {
                var name = FieldNames.Get(line.Name);
                if (ResponseFieldNames.MayPass(name) || (head.Status == StatusCodes.Status101SwitchingProtocols && HopByHop.IsConnectionField(name)))
                {
                    string? value = Encoding.Latin1.GetString(line.Value);
                    if (ResponseFieldTranslation.Concerns(name))
                    {
                        value = ResponseFieldTranslation.Translate(name, value, urls ??= new UrlTranslation(map, exchange.App, context.Request));
                    }

                    if (value is not null)
                    {
                        // Not by Append, which takes an empty value for none.
                        response.Headers[name] = StringValues.Concat(response.Headers[name], value);
                    }
                }
            }

            FieldRules.Apply(exchange.App, context);
            return true;
        }
        catch (Exception refused) when (refused is InvalidOperationException or ArgumentException)
        {
            // The server refuses what can't stand in a head, such as control characters.
            response.Clear();
            return false;
        }
    }

    /// <summary>A WebSocket over HTTP/2 begins with a 2xx, so an app's 2xx that is none of the kind must not look like one.</summary>
    private static bool TryAgree(HttpContext context, ExtendedConnect extended)
    {
        var response = context.Response;
        if (response.StatusCode == StatusCodes.Status101SwitchingProtocols && extended.IsAcceptedBy(response.Headers.SecWebSocketAccept))
        {
            response.Headers.Remove(HeaderNames.SecWebSocketAccept);
            response.Headers.Remove(HeaderNames.Upgrade);
            response.Headers.Remove(HeaderNames.Connection);
            return true;
        }

        if (response.StatusCode is > 101 and (< 200 or >= 300))
        {
            return true;
        }

        response.Clear();
        return false;
    }

    /// <summary>The server writes it by itself then.</summary>
    private static bool IsUsualReason(in ResponseHead head) => Ascii.Equals(head.Reason, ReasonPhrases.GetReasonPhrase(head.Status));

    private static async Task WritePlainAsync(HttpContext context, GatewayExchange exchange, TimeProvider time)
    {
        await WriteBodyAsync(context, context.Response.BodyWriter, exchange, time, isChunked: false);
        WriteTrailers(context, exchange);
    }

    private static async Task WriteTranslatedAsync(HttpContext context, GatewayExchange exchange, BodyPlan plan, TimeProvider time)
    {
        await using (var body = new TranslatedBody(context, exchange, plan, time))
        {
            await body.WriteAsync();
        }

        WriteTrailers(context, exchange);
    }

    private static async Task WriteChunkedAsync(HttpContext context, GatewayExchange exchange, TimeProvider time)
    {
        context.Response.Headers.TransferEncoding = "chunked";
        var client = context.Response.BodyWriter;
        await WriteBodyAsync(context, client, exchange, time, isChunked: true);
        if (exchange.Response.IsDrained && exchange.EndedBy is null)
        {
            ChunkedBody.WriteEnd(client, exchange.Response.Trailers is { } trailers ? trailers.Span : default);
            exchange.BeginFlush(context);
            await client.FlushAsync();
            exchange.EndFlush();
        }
    }

    private static async Task WriteBodyAsync(HttpContext context, PipeWriter client, GatewayExchange exchange, TimeProvider time, bool isChunked)
    {
        var body = exchange.Response;
        var hasFlushed = false;
        while (true)
        {
            var written = 0;
            while (written < FlushAt && body.TryRead(out var slice))
            {
                if (isChunked)
                {
                    ChunkedBody.Write(client, slice.Octets.Span);
                }
                else
                {
                    client.Write(slice.Octets.Span);
                }

                written += slice.Octets.Length;
                slice.Release();
            }

            if ((isChunked || !hasFlushed) && written < FlushAt && body.IsDrained)
            {
                // All of it: the end of the response flushes head and body in one write. Later it would not: Kestrel does not
                // count what was written behind a flush without another one, when the length was announced. The end of chunks does.
                return;
            }

            // An empty flush sends the head ahead of a body that is still to come.
            hasFlushed = true;
            exchange.BeginFlush(context);
            var flushed = await client.FlushAsync();
            exchange.EndFlush();
            if (flushed.IsCompleted)
            {
                exchange.End(ExchangeFailure.ClientGone);
                return;
            }

            exchange.LastMoved = time.GetTimestamp();
            if (written > 0)
            {
                exchange.Run?.Channel.Consume(written);
            }

            if (!await body.WaitAsync())
            {
                if (body.Failure != ExchangeFailure.None)
                {
                    exchange.End(body.Failure);
                }

                return;
            }
        }
    }

    /// <summary>The app agreed to another protocol: both directions are open until one side closes.</summary>
    private static async Task WriteUpgradedAsync(HttpContext context, GatewayExchange exchange, ExtendedConnect? extended, TimeProvider time)
    {
        var client = await AcceptAsync(context, extended);

        // Said, and of no use to anybody for as long as the connection is open.
        context.Request.Headers.Clear();
        using var stopping = new CancellationTokenSource();
        var upload = UpgradedPump.RunAsync(exchange, client, time, stopping.Token);
        var writer = PipeWriter.Create(client);
        await WriteBodyAsync(context, writer, exchange, time, isChunked: false);
        await writer.CompleteAsync();
        await stopping.CancelAsync();
        await upload;
    }

    private static async ValueTask<Stream> AcceptAsync(HttpContext context, ExtendedConnect? extended)
    {
        if (extended is not null)
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            return await extended.AcceptAsync();
        }

        context.Response.Headers.Connection = "Upgrade";
        return await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    private static void WriteTrailers(HttpContext context, GatewayExchange exchange)
    {
        if (exchange.Response.IsDrained && exchange.Response.Trailers is { } trailers)
        {
            WriteTrailers(context.Response, trailers.Span);
        }
    }

    private static void WriteTrailers(HttpResponse response, ReadOnlySpan<byte> section)
    {
        if (response.HttpContext.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is not { IsReadOnly: false } allowed
            || FieldLines.TryRead(section, out var lines) != FrameError.None)
        {
            return;
        }

        foreach (var line in lines)
        {
            var name = FieldNames.Get(line.Name);
            if (TrailerNames.MayPass(name))
            {
                allowed[name] = StringValues.Concat(allowed[name], Encoding.Latin1.GetString(line.Value));
            }
        }
    }
}
