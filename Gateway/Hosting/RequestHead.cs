using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Hosting;

/// <summary>Refuses what Kestrel lets pass of a request's head, and two servers in a row could read in two ways.</summary>
internal static class RequestHead
{
    /// <summary>Where Kestrel puts a Content-Length that it found beside Transfer-Encoding.</summary>
    private const string OverruledLength = "X-Content-Length";

    /// <summary>Whether the target is one word, and where the request ends is beyond doubt.</summary>
    public static bool IsClear(HttpContext context)
    {
        // Kestrel lets a CR pass in HTTP/1.1 and a space in HTTP/2, and takes what the client wrote for the raw target.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (target.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return false;
        }

        var headers = context.Request.Headers;
        if (context.Request.Protocol is not ("HTTP/1.1" or "HTTP/1.0"))
        {
            // Of fields that concern one connection Kestrel refuses only some (RFC 9113 section 8.2.2).
            return headers.TransferEncoding.Count == 0 && headers.KeepAlive.Count == 0 && headers.Upgrade.Count == 0
                && !headers.ContainsKey(HeaderNames.ProxyConnection);
        }

        // HTTP/1.0 has no transfer codings (RFC 9112 section 6.1). Kestrel looks only at the last one, and takes the length away where
        // both are said.
        var coding = headers.TransferEncoding;
        return coding.Count == 0
            || (coding.Count == 1
                && coding.ToString().Equals("chunked", StringComparison.OrdinalIgnoreCase)
                && HttpProtocol.IsHttp11(context.Request.Protocol)
                && !headers.ContainsKey(OverruledLength));
    }

    /// <summary>Answers 400 and hangs up: what follows on the connection may be anything.</summary>
    public static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }

        return Task.CompletedTask;
    }
}
