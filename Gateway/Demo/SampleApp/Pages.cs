using System.Net;
using System.Text;

namespace AppProxy.Gateway.Demo.SampleApp;

/// <summary>The pages and what they load. All links are relative, so that the app can be published under any path.</summary>
internal static class Pages
{
    private static readonly string Layout = EmbeddedFiles.GetText("layout.html");

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/", SendHomeAsync);
        endpoints.MapGet("/assets/{name}", SendAssetAsync);
    }

    /// <summary>Sends a page that is the same for everybody.</summary>
    public static Task SendAsync(HttpContext context, string page, string title)
    {
        // The same URL is a page for people and data for scripts.
        context.Response.Headers.Append("Vary", "Accept");
        return WriteAsync(context, page, title, EmbeddedFiles.GetText(page + ".html"));
    }

    private static Task SendHomeAsync(HttpContext context)
    {
        var request = context.Request;
        var forwardedHost = request.Headers["X-Forwarded-Host"].ToString();
        var proxied = forwardedHost.Length > 0;
        var asked = proxied
            ? $"{request.Headers["X-Forwarded-Proto"]}://{forwardedHost}{request.Path}"
            : $"{request.Scheme}://{request.Host}{request.Path}";
        var main = EmbeddedFiles.GetText("home.html")
            .Replace("{{headline}}", proxied ? "It works" : "You came straight here", StringComparison.Ordinal)
            .Replace("{{explanation}}", proxied
                ? "This page comes from an app that nobody outside can reach. Your request went to the gateway, waited on a queue, and was fetched by a connector."
                : "No proxy headers came with this request: this is the internal address. Open the external URL to see the difference.", StringComparison.Ordinal)
            .Replace("{{target}}", WebUtility.HtmlEncode(asked), StringComparison.Ordinal)
            .Replace("{{requestLine}}", WebUtility.HtmlEncode($"{request.Method} {request.Path}{request.QueryString} {request.Protocol}"), StringComparison.Ordinal)
            .Replace("{{rows}}", Rows(context), StringComparison.Ordinal);
        return WriteAsync(context, "home", "Your request", main);
    }

    private static string Rows(HttpContext context)
    {
        var rows = new StringBuilder();
        foreach (var header in context.Request.Headers.OrderByDescending(header => IsStatedByProxy(header.Key)).ThenBy(header => header.Key, StringComparer.OrdinalIgnoreCase))
        {
            rows.Append(IsStatedByProxy(header.Key) ? "<tr class=\"stated\"><th scope=\"row\">" : "<tr><th scope=\"row\">")
                .Append(WebUtility.HtmlEncode(header.Key))
                .Append("</th><td><code>")
                .Append(WebUtility.HtmlEncode(header.Value.ToString()))
                .Append("</code></td></tr>\n");
        }

        return rows.ToString();
    }

    private static bool IsStatedByProxy(string header)
        => header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
            || header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
            || header.Equals("Host", StringComparison.OrdinalIgnoreCase)
            || header.Equals("Via", StringComparison.OrdinalIgnoreCase)
            || header.Equals("traceparent", StringComparison.OrdinalIgnoreCase);

    private static Task WriteAsync(HttpContext context, string page, string title, string main)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(Layout
            .Replace("{{title}}", title, StringComparison.Ordinal)
            .Replace("{{page}}", page, StringComparison.Ordinal)
            .Replace("{{main}}", main, StringComparison.Ordinal));
    }

    private static async Task SendAssetAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        var type = Path.GetExtension(name) switch
        {
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => null,
        };
        if (type is null || !EmbeddedFiles.TryGet(name, out var content))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = type;
        context.Response.ContentLength = content.Length;
        context.Response.Headers.CacheControl = "no-cache";
        await context.Response.BodyWriter.WriteAsync(content, context.RequestAborted);
    }
}
