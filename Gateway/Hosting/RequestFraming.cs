namespace AppProxy.Gateway.Hosting;

/// <summary>Refuses what Kestrel lets pass of a request's framing, and two servers in a row could read in two ways.</summary>
internal static class RequestFraming
{
    /// <summary>Where Kestrel puts a Content-Length that it found beside Transfer-Encoding.</summary>
    private const string OverruledLength = "X-Content-Length";

    /// <summary>Whether where the request ends is beyond doubt (RFC 9112 section 6).</summary>
    public static bool IsClear(HttpRequest request)
    {
        var coding = request.Headers.TransferEncoding;
        if (coding.Count == 0)
        {
            return true;
        }

        // HTTP/2 and later have no transfer codings, which Kestrel checks itself; HTTP/1.0 has none either (RFC 9112 section 6.1).
        // Kestrel looks only at the last coding, and takes the length away where both are said.
        return coding.Count == 1
            && string.Equals(coding.ToString(), "chunked", StringComparison.OrdinalIgnoreCase)
            && HttpProtocol.IsHttp11(request.Protocol)
            && !request.Headers.ContainsKey(OverruledLength);
    }

    /// <summary>Answers 400 and hangs up: what follows on the connection may be anything.</summary>
    public static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        context.Response.Headers.Connection = "close";
        return Task.CompletedTask;
    }
}
