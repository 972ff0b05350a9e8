using System.Diagnostics;
using System.Text;
using AppProxy.Contracts.Frames;

namespace AppProxy.Connector.Diagnostics;

/// <summary>Continues the trace that crossed the queue, so that a request is one trace from client to app.</summary>
internal static class ConnectorTracing
{
    public const string SourceName = "AppProxy.Connector";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Starts the span of the app call, whose context the app gets; without a listener the client's own context passes untouched.</summary>
    public static Activity? Start(in RequestHead head, string app)
    {
        if (!Source.HasListeners() || head.TraceParent.IsEmpty)
        {
            return null;
        }

        _ = ActivityContext.TryParse(
            Encoding.Latin1.GetString(head.TraceParent), Encoding.Latin1.GetString(head.TraceState), isRemote: true, out var parent);
        var activity = Source.StartActivity("call app", ActivityKind.Client, parent);
        if (activity is null)
        {
            return null;
        }

        activity.SetTag("appproxy.app", app);
        activity.SetTag("http.request.method", Encoding.Latin1.GetString(head.Method));
        return activity;
    }
}
