using System.Net;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Connectors.Calls;

namespace AppProxy.Gateway.Hosting;

/// <summary>What the gateway answers on its own host: the broker's WebSocket, connectors' calls, a health check, and a page for whoever is lost.</summary>
internal sealed class OwnHost(AmqpBroker? broker, ConnectorEndpoints connectors)
{
    private static readonly PathString BrokerPath = new(Dialect.WebSocketPath);

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        if (broker is not null && path.StartsWithSegments(BrokerPath, StringComparison.OrdinalIgnoreCase, out var rest) && rest.Value is "" or "/")
        {
            return BrokerWebSocketEndpoint.HandleAsync(context, broker);
        }

        if (ConnectorEndpoints.Owns(path))
        {
            return connectors.InvokeAsync(context);
        }

        return path == "/healthz" ? context.Response.WriteAsync("ok") : NotFoundAsync(context);
    }

    public static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
        return context.Response.WriteAsync($$"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Nothing is published here</title>
            <style>
            :root { color-scheme: light dark; }
            body { font: 1.05rem/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
            main { max-width: 34rem; padding: 2rem 1.25rem; }
            h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
            </style>
            </head>
            <body>
            <main>
            <h1>Nothing is published here</h1>
            <p>No app of this gateway has the address <b>{{WebUtility.HtmlEncode(context.Request.Host.Value)}}{{WebUtility.HtmlEncode(context.Request.Path.Value)}}</b>.
            Check the link, or ask whoever gave it to you.</p>
            </main>
            </body>
            </html>
            """);
    }
}
