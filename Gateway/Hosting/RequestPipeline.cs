using AppProxy.Contracts.Exchanges;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay;
using AppProxy.Gateway.Relay.Origin;

namespace AppProxy.Gateway.Hosting;

/// <summary>The one place that decides the order of things for a request that arrives.</summary>
internal sealed class RequestPipeline(CatalogueStore catalogue, ClientOriginReader origin, RelayForwarder forwarder, OwnHost ownHost)
{
    /// <summary>The only path that is ours on an app's host (DESIGN.md section 6).</summary>
    private static readonly PathString Reserved = new("/.appproxy");

    public Task InvokeAsync(HttpContext context)
    {
        // 1. Refuse what could be read in two ways.
        var request = context.Request;
        if (!RequestHead.IsClear(context))
        {
            return RequestHead.RefuseAsync(context);
        }

        // 2. Know the client behind trusted proxies.
        origin.Apply(context);

        // 3. Match: which app is meant. What no app claims is the gateway's own host.
        var snapshot = catalogue.Current;
        if (!snapshot.Matcher.TryMatch(request.Scheme, request.Host, request.Path.Value, out var app))
        {
            return ownHost.InvokeAsync(context);
        }

        if (request.Path.StartsWithSegments(Reserved, StringComparison.OrdinalIgnoreCase))
        {
            return OwnHost.NotFoundAsync(context);
        }

        // Out of order on purpose, or asked by a crawler: nobody has to sign in for that.
        if (AppStandIn.TryAnswer(context, app) is { } answer)
        {
            return answer;
        }

        // 4. Pre-authenticate. Until sign-in exists the catalogue refuses apps that ask for it; this is the second lock on that door.
        if (app.ExternalAuthenticationType != ExternalAuthenticationType.Passthru)
        {
            return FailureResponse.WriteAsync(context, app, FailureMap.Get(ExchangeFailure.GatewayError), default);
        }

        // 5. Authorize: nothing to decide for an open app.

        // 6. Relay.
        return forwarder.ForwardAsync(context, app, snapshot);
    }
}
