using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay.Origin;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Primitives;

namespace AppProxy.Gateway.Relay;

/// <summary>Finds out which connections of clients authenticate themselves to apps. They are forgotten with the connection.</summary>
internal sealed class ClientConnections
{
    /// <summary>Whether there has been one at all: where there is none, no request pays for the search.</summary>
    private volatile bool _hasAny;

    /// <summary>The client's connection, when this request or one before it on the same connection authenticates it to the app; null for all others.</summary>
    public ClientConnection? Find(HttpContext context, PublishedApp app)
    {
        var begins = context.Request.Headers.Authorization is [{ } credentials] && ConnectionSchemes.IsIn(credentials);
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
    /// Takes the app's challenges to the client's connection out of its answer where no connection is the client's. Over HTTP/2, which has no connections
    /// that authenticate, clients take such a challenge up on another one, of HTTP/1.1.
    /// </summary>
    public static void KeepChallenges(HttpContext context, PublishedApp app)
    {
        var challenges = context.Response.Headers.WWWAuthenticate;
        if (challenges.Count > 0 && !IsOnePersons(context, app))
        {
            context.Response.Headers.WWWAuthenticate = new StringValues([.. challenges.Select(static challenge => ConnectionChallenges.Remove(challenge ?? "")).OfType<string>()]);
        }
    }

    private static bool CanAuthenticate(HttpContext context, PublishedApp app) => HttpProtocol.IsHttp11(context.Request.Protocol) && IsOnePersons(context, app);

    /// <summary>That of a proxy may have many people's requests on it.</summary>
    private static bool IsOnePersons(HttpContext context, PublishedApp app) =>
        app.Relay.IsConnectionAuthenticationEnabled && context.Features.Get<ClientOrigin>() is null;
}
