using System.Globalization;
using System.Net;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization;
using AppProxy.Contracts.Frames;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay.Translation;

namespace AppProxy.Gateway.Relay;

/// <summary>Tells the client what went wrong: a page for people, problem details (RFC 9457) for everything else, both with a reference.</summary>
internal static partial class FailureResponse
{
    public const string ErrorHeader = "AppProxy-Error";

    public const string ReferenceHeader = "AppProxy-Reference";

    public static Task WriteAsync(HttpContext context, PublishedApp? app, FailureDescription failure, ExchangeId reference)
    {
        var response = context.Response;
        response.Clear();
        response.StatusCode = failure.Status;
        response.Headers[ErrorHeader] = failure.Token;
        response.Headers[ReferenceHeader] = reference.ToString();
        response.Headers.CacheControl = "no-store";
        if (failure.RetryAfter > 0)
        {
            response.Headers.RetryAfter = failure.RetryAfter.ToString(CultureInfo.InvariantCulture);
        }

        if (app is not null)
        {
            FieldRules.ApplyTransportSecurity(app, context);
        }

        return IsPageWanted(context.Request) ? WritePageAsync(context, app, failure, reference) : WriteProblemAsync(context, failure, reference);
    }

    private static bool IsPageWanted(HttpRequest request)
    {
        foreach (var accept in request.Headers.Accept)
        {
            if (accept?.Contains(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase) == true)
            {
                return true;
            }
        }

        return false;
    }

    private static Task WriteProblemAsync(HttpContext context, FailureDescription failure, ExchangeId reference)
    {
        context.Response.ContentType = MediaTypeNames.Application.ProblemJson;
        var problem = new Problem($"urn:appproxy:error:{failure.Token}", failure.Text, failure.Status, reference.ToString());
        return context.Response.WriteAsync(JsonSerializer.Serialize(problem, ProblemJsonContext.Default.Problem));
    }

    private static Task WritePageAsync(HttpContext context, PublishedApp? app, FailureDescription failure, ExchangeId reference)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
        var title = app?.DisplayName ?? context.Request.Host.Host;
        if (FailurePage.Find(app, failure.Status) is { } page)
        {
            context.Response.Headers.ContentSecurityPolicy = FailurePage.Policy;
            return context.Response.WriteAsync(FailurePage.Write(page, title, failure, reference));
        }

        var name = WebUtility.HtmlEncode(title);
        return context.Response.WriteAsync($$"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{{name}} is not available ({{failure.Status}})</title>
            <style>
            :root { color-scheme: light dark; }
            body { font: 1.05rem/1.5 system-ui, sans-serif; margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText; }
            main { max-width: 34rem; padding: 2rem 1.25rem; }
            h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
            dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; font-size: .9rem; margin: 1.5rem 0 0; padding-top: 1rem; border-top: 1px solid color-mix(in srgb, CanvasText 25%, Canvas); }
            dt { opacity: .75; }
            dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, monospace; }
            a { color: LinkText; }
            </style>
            </head>
            <body>
            <main>
            <h1>{{name}} is not available right now</h1>
            <p>{{WebUtility.HtmlEncode(failure.Text)}}</p>
            <p><a href="">Try again</a></p>
            <dl>
            <dt>Reason</dt><dd>{{failure.Token}}</dd>
            <dt>Reference</dt><dd>{{reference}}</dd>
            </dl>
            </main>
            </body>
            </html>
            """);
    }

    private sealed record Problem(string Type, string Title, int Status, string Reference);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Problem))]
    private sealed partial class ProblemJsonContext : JsonSerializerContext;
}
