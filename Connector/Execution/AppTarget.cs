using System.Net;
using AppProxy.Connector.Settings;

namespace AppProxy.Connector.Execution;

/// <summary>Where an app is, as this connector reaches it.</summary>
internal sealed class AppTarget
{
    // The target is the client's own bytes: escapes, dots and double slashes are the app's business, so nothing is canonicalized.
    private static readonly UriCreationOptions Raw = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly string _origin;
    private readonly string _path;

    public AppTarget(string id, AppTargetOptions options)
    {
        Id = id;
        var url = new Uri(options.InternalUrl, UriKind.Absolute);
        _origin = url.GetLeftPart(UriPartial.Authority);
        _path = url.AbsolutePath.TrimEnd('/');
        (Version, VersionPolicy) = options.HttpVersion switch
        {
            "2" => (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact),
            "1.1" => (HttpVersion.Version11, HttpVersionPolicy.RequestVersionExact),

            // Over TLS the app chooses (ALPN); without, nothing can be agreed on and HTTP/1.1 is what everything speaks.
            _ => (url.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20 : HttpVersion.Version11, HttpVersionPolicy.RequestVersionOrLower),
        };
    }

    public string Id { get; }

    public Version Version { get; }

    public HttpVersionPolicy VersionPolicy { get; }

    /// <summary>The URL for a target below the app's external path, such as <c>/a?b</c> or <c>*</c>.</summary>
    public Uri Resolve(string target) => target == "*"
        ? new Uri(_origin + "/", in Raw)
        : new Uri(string.Concat(_origin, _path, target), in Raw);
}
