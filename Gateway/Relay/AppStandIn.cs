using System.Text;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay.Translation;

namespace AppProxy.Gateway.Relay;

/// <summary>Answers that the gateway gives in an app's place, to everybody: crawlers have no account, and a maintenance is no secret.</summary>
internal static class AppStandIn
{
    /// <summary>The answer under way, or null where the app is to be asked.</summary>
    public static Task? TryAnswer(HttpContext context, PublishedApp app)
    {
        var request = context.Request;
        if (app.Relay.RobotsTxt is { } robots && request.Path == "/robots.txt" && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)))
        {
            return WriteRobotsAsync(context, app, robots);
        }

        return app.Relay.Maintenance is { } notice ? FailureResponse.WriteAsync(context, app, Describe(notice), ExchangeId.Create()) : null;
    }

    private static Task WriteRobotsAsync(HttpContext context, PublishedApp app, string text)
    {
        var response = context.Response;
        FieldRules.ApplyTransportSecurity(app, context);
        response.ContentType = "text/plain; charset=utf-8";
        response.ContentLength = Encoding.UTF8.GetByteCount(text);
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.WriteAsync(text);
    }

    private static FailureDescription Describe(MaintenanceNotice notice) => new(
        ExchangeFailure.None, StatusCodes.Status503ServiceUnavailable, "maintenance", FailureSide.Gateway, LogLevel.Debug, notice.Message, notice.RetryAfterInSeconds);
}
