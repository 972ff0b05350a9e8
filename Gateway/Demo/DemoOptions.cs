namespace AppProxy.Gateway.Demo;

/// <summary>What <c>demo</c> was asked for, checked.</summary>
internal sealed record DemoOptions
{
    /// <summary>Where the gateway listens; http, with a port.</summary>
    public required Uri Url { get; init; }

    /// <summary>The app to publish; null publishes the sample app.</summary>
    public Uri? InternalUrl { get; init; }

    public int Connectors { get; init; } = 1;

    /// <summary>Whether people sign in first.</summary>
    public bool IsSignInOn { get; init; }

    /// <summary>Where people open the app: a host of its own, since the gateway's host is the gateway's.</summary>
    /// <remarks>Browsers and curl take every name below "localhost" for this machine, with no DNS or hosts file.</remarks>
    public Uri ExternalUrl => UrlOf("app");

    /// <summary>The sample app once more, for one of the two people; only where they sign in.</summary>
    public Uri SecondUrl => UrlOf("second");

    private Uri UrlOf(string app) => new UriBuilder(Url)
    {
        Host = app + "." + (Url.HostNameType == UriHostNameType.Dns ? Url.Host : "localhost"),
        Path = "/",
    }.Uri;
}
