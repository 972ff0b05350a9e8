using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay.Origin;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace AppProxy.Gateway.Relay;

/// <summary>Finds out which connections of clients authenticate themselves to apps. They are forgotten with the connection.</summary>
internal sealed class ClientConnections
{
    /// <summary>RFC 9113 section 7: what HTTP_1_1_REQUIRED is for.</summary>
    private const int Http11Required = 0xd;

    /// <summary>Whether there has been one at all: where there is none, no request pays for the search.</summary>
    private volatile bool _hasAny;

    /// <summary>The client's connection, when this request or one before it on the same connection authenticates it to the app; null for all others.</summary>
    public ClientConnection? Find(HttpContext context, PublishedApp app)
    {
        var begins = ConnectionAuthentication.IsUsedBy(context.Request.Headers.Authorization);
        if ((!begins && !_hasAny) || !CanAuthenticate(context, app) || context.Features.Get<IConnectionItemsFeature>()?.Items is not { } items)
        {
            return null;
        }

        // Without a lock: HTTP/1.1 has one request at a time.
        var apps = items.TryGetValue(this, out var known) ? (Dictionary<string, ClientConnection>)known! : null;
        if (apps?.TryGetValue(app.Id, out var connection) == true)
        {
            return connection;
        }

        if (!begins)
        {
            return null;
        }

        _hasAny = true;
        items[this] = apps ??= new Dictionary<string, ClientConnection>(StringComparer.OrdinalIgnoreCase);
        return apps[app.Id] = new ClientConnection();
    }

    /// <summary>
    /// Leaves an app's challenges to the client's connection in its answer where that connection can take them up, and takes them out elsewhere. A client
    /// that has another connection to offer, of HTTP/1.1, is asked for it: then false, and there is no answer.
    /// </summary>
    public static bool TryKeepChallenges(HttpContext context, PublishedApp app)
    {
        var challenges = context.Response.Headers.WWWAuthenticate;
        if (challenges.Count == 0 || CanAuthenticate(context, app))
        {
            return true;
        }

        var kept = new StringValues([.. challenges.Select(static challenge => ConnectionAuthentication.Remove(challenge ?? "")).OfType<string>()]);
        if (kept == challenges)
        {
            return true;
        }

        if (app.Relay.IsConnectionAuthenticationEnabled && context.Request.IsHttps && context.Features.Get<ClientOrigin>() is null
            && context.Features.Get<IHttpResetFeature>() is { } stream && HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            stream.Reset(Http11Required);
            return false;
        }

        context.Response.Headers.WWWAuthenticate = kept;
        return true;
    }

    /// <summary>
    /// Whether a connection may speak for a person to this app: not in HTTP/2, which has many requests at once on it, and not that of a proxy, which
    /// may have many people's.
    /// </summary>
    public static bool CanAuthenticate(HttpContext context, PublishedApp app) =>
        app.Relay.IsConnectionAuthenticationEnabled && HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<ClientOrigin>() is null;
}
