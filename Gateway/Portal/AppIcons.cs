using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Portal;

/// <summary>Serves apps' pictures. An SVG is a document that could run scripts where somebody opens it by itself: here it may do nothing.</summary>
internal static class AppIcons
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";

    public static Task WriteAsync(HttpContext context, AppIcon icon)
    {
        var response = context.Response;
        response.ContentType = icon.MediaType;
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        // Another picture has another URL.
        response.Headers.CacheControl = context.Request.Query["v"] == icon.Version ? "private, max-age=31536000, immutable" : "private, no-cache";
        var octets = icon.ToBytes();
        response.ContentLength = octets.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(octets).AsTask();
    }
}
