using System.Diagnostics;
using AppProxy.Gateway.Relay;

namespace AppProxy.Gateway.Diagnostics;

/// <summary>The gateway's part of a request's trace: the server span is the platform's, this one is the way across the queue.</summary>
internal static class GatewayTracing
{
    public const string SourceName = "AppProxy.Gateway";

    private static readonly ActivitySource Source = new(SourceName);

    public static Activity? Start(GatewayExchange exchange)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var activity = Source.StartActivity("relay", ActivityKind.Producer);
        activity?.SetTag("appproxy.app", exchange.App.Id);
        activity?.SetTag("appproxy.group", exchange.App.ConnectorGroup);
        activity?.SetTag("appproxy.exchange", exchange.Id.ToString());
        return activity;
    }
}
