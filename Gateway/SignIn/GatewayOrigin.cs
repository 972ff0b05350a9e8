using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.SignIn;

/// <summary>Where the gateway itself is reached: sign-in happens there, and under no other name that a client makes up.</summary>
internal sealed class GatewayOrigin(Uri url)
{
    private readonly string _host = Authority.Normalize(url.Host);

    public Uri Url { get; } = url;

    /// <summary>Whether it came there, whichever way the client writes a name beyond ASCII, and with the scheme's port or without.</summary>
    public bool IsOf(HttpRequest request) =>
        string.Equals(request.Scheme, Url.Scheme, StringComparison.OrdinalIgnoreCase)
        && Authority.TrySplit(request.Host.Value, out var host, out var port)
        && (port ?? (request.IsHttps ? 443 : 80)) == Url.Port
        && Authority.Normalize(host.ToString()) == _host;

    /// <summary>The absolute URL of a path of ours.</summary>
    public string To(string path) => new Uri(Url, path).AbsoluteUri;
}
