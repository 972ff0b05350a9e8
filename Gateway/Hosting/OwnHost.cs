using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Connectors.Calls;
using AppProxy.Gateway.Directory;
using AppProxy.Gateway.Pages;
using AppProxy.Gateway.Portal;
using AppProxy.Gateway.Relay;
using AppProxy.Gateway.SignIn;

namespace AppProxy.Gateway.Hosting;

/// <summary>What the gateway answers on its own host: the broker's WebSocket, connectors' calls, sign-in, the portal, a health check, and a page for whoever is lost.</summary>
internal sealed class OwnHost(AmqpBroker? broker, ConnectorEndpoints connectors, SignInEndpoints? signIn, DirectoryEndpoints? directory, PortalEndpoints? portal)
{
    private static readonly PathString BrokerPath = new(Dialect.WebSocketPath);

    /// <summary>In <c>AppProxy-Error</c>: so the publish test knows a gateway when it meets one.</summary>
    private const string NotPublished = "not-published";

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

        if (signIn?.TryInvoke(context) is { } answer)
        {
            return answer;
        }

        if ((directory?.TryInvoke(context) ?? portal?.TryInvoke(context)) is { } page)
        {
            return page;
        }

        return path == "/healthz" ? context.Response.WriteAsync("ok") : NotFoundAsync(context);
    }

    public static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.Headers[FailureResponse.ErrorHeader] = NotPublished;
        var texts = Language.Of(context.Request);
        return new Page(
            texts["NotFound_Title"],
            $"""
            <h1>{texts.Html("NotFound_Title")}</h1>
            <p>{texts.Html("NotFound_Text", $"<b>{Page.Encode(context.Request.Host.Value)}{Page.Encode(context.Request.Path.Value)}</b>")}</p>
            """)
        {
            Language = texts,
        }.WriteAsync(context);
    }
}
