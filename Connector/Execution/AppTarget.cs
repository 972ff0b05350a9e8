using System.Net.Http;

namespace AppProxy.Connector.Execution;

/// <summary>Where an HTTP/2 app is, in the library's terms.</summary>
internal sealed class AppTarget(Uri url, HttpVersionPolicy http2Policy)
{
    // The target is the client's own bytes: escapes, dots and double slashes are the app's business, so nothing is canonicalized.
    private static readonly UriCreationOptions Raw = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly string _origin = url.GetLeftPart(UriPartial.Authority);
    private readonly string _path = url.AbsolutePath.TrimEnd('/');

    /// <summary>Whether the app may fall back to HTTP/1.1.</summary>
    public HttpVersionPolicy Http2Policy => http2Policy;

    /// <summary>The URL for a target below the app's external path, such as <c>/a?b</c> or <c>*</c>.</summary>
    public Uri Resolve(string target) => target == "*"
        ? new Uri(_origin + "/", in Raw)
        : new Uri(string.Concat(_origin, _path, target), in Raw);
}
