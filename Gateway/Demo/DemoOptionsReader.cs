using System.Globalization;
using System.Net;

namespace AppProxy.Gateway.Demo;

/// <summary>Checks what <c>demo</c> was given.</summary>
internal static class DemoOptionsReader
{
    /// <exception cref="DemoException">Something is wrong.</exception>
    public static DemoOptions Read(string urls, string? internalUrl, string connectors, bool isSignInAsked)
    {
        if (!Uri.TryCreate(urls, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.PathAndQuery != "/" || url.Port == 0)
        {
            throw new DemoException($"--urls '{urls}' must be one URL with a host and a port, such as http://localhost:8080");
        }

        if (url.Scheme == "https")
        {
            throw new DemoException("--urls: the demo has no certificate and serves http only, such as http://localhost:8080");
        }

        if (!int.TryParse(connectors, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > 16)
        {
            throw new DemoException($"--connectors '{connectors}' must be a number from 1 to 16");
        }

        if (isSignInAsked && !IsLoopback(url))
        {
            throw new DemoException("--sign-in sends passwords over http, so --urls must be a loopback address, such as http://localhost:8080");
        }

        var app = ReadInternalUrl(internalUrl, url);
        return new DemoOptions { Url = url, InternalUrl = app, Connectors = count, IsSignInOn = isSignInAsked || (app is null && IsLoopback(url)) };
    }

    private static Uri? ReadInternalUrl(string? value, Uri gateway)
    {
        if (value is null)
        {
            return null;
        }

        if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
            || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            throw new DemoException("--internal-url must be an absolute http or https URL without user, query and fragment, such as http://localhost:5000/");
        }

        if (!IsLoopback(gateway))
        {
            throw new DemoException("--internal-url publishes the app without sign-in, so --urls must be a loopback address, such as http://localhost:8080");
        }

        return url.AbsolutePath.EndsWith('/') ? url : new UriBuilder(url) { Path = url.AbsolutePath + "/" }.Uri;
    }

    /// <summary>Not <see cref="Uri.IsLoopback"/>, which takes this machine's own name for loopback as well.</summary>
    private static bool IsLoopback(Uri url)
        => url.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(url.Host, out var address) && IPAddress.IsLoopback(address));
}
