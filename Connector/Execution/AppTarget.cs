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

    /// <summary>A URL of the app in its own words, for a path below its external one; <paramref name="host"/> where it is called otherwise than it is found.</summary>
    public string Absolute(string? host, string path) =>
        string.Concat(host is null ? _origin : string.Concat(url.Scheme, Uri.SchemeDelimiter, host), _path, path);

    /// <summary>The URL for a target below the app's external path, such as <c>/a?b</c> or <c>*</c>.</summary>
    public Uri Resolve(string target) => target == "*"
        ? new Uri(_origin + "/", in Raw)
        : new Uri(string.Concat(_origin, _path, target), in Raw);
}
