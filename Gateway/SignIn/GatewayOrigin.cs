using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.SignIn;

/// <summary>Where the gateway itself is reached: sign-in happens there, and under no other name that a client makes up.</summary>
internal sealed class GatewayOrigin(Uri url)
{
    private readonly string _host = Authority.Normalize(url.Host);
    private readonly bool _isDotted = url.Host.EndsWith('.');

    /// <summary>With its name as DNS has it, since it stands in fields.</summary>
    public Uri Url { get; } = System.Text.Ascii.IsValid(url.Host) ? url : new UriBuilder(url) { Host = url.IdnHost }.Uri;

    /// <summary>Whether it came there, whichever way the client writes a name beyond ASCII, and with the scheme's port or without.</summary>
    public bool IsOf(HttpRequest request) => IsAnyOf(request, out var isDotted) && isDotted == _isDotted;

    /// <summary>
    /// Whether it came there but for the dot that ends a fully qualified name. The name is the same to DNS and another to browsers, which would not have the
    /// cookies of a sign-in that began under it where the sign-in ends.
    /// </summary>
    public bool IsButForDot(HttpRequest request) => IsAnyOf(request, out var isDotted) && isDotted != _isDotted;

    /// <summary>The absolute URL of a path of ours.</summary>
    public string To(string path) => new Uri(Url, path).AbsoluteUri;

    /// <summary>Where the same page is here.</summary>
    public string ToSame(HttpRequest request) =>
        Url.GetLeftPart(UriPartial.Authority) + request.PathBase.ToUriComponent() + request.Path.ToUriComponent() + request.QueryString.ToUriComponent();

    private bool IsAnyOf(HttpRequest request, out bool isDotted)
    {
        isDotted = false;
        if (!string.Equals(request.Scheme, Url.Scheme, StringComparison.OrdinalIgnoreCase)
            || !Authority.TrySplit(request.Host.Value, out var host, out var port)
            || (port ?? (request.IsHttps ? 443 : 80)) != Url.Port)
        {
            return false;
        }

        isDotted = host.EndsWith('.');
        return Authority.Normalize(host.ToString()) == _host;
    }
}
