namespace AppProxy.Gateway.SignIn;

/// <summary>Where the gateway itself is reached: sign-in happens there, and under no other name that a client makes up.</summary>
internal sealed class GatewayOrigin(Uri url)
{
    public Uri Url { get; } = url;

    public bool IsOf(HttpRequest request) =>
        string.Equals(request.Scheme, Url.Scheme, StringComparison.OrdinalIgnoreCase)
        && string.Equals(request.Host.Value, Url.Authority, StringComparison.OrdinalIgnoreCase);

    /// <summary>The absolute URL of a path of ours.</summary>
    public string To(string path) => new Uri(Url, path).AbsoluteUri;
}
