using System.Text;

namespace AppProxy.Connector.Http1;

/// <summary>What an app's internal URL means on its connections.</summary>
internal sealed class Http1Target
{
    public Http1Target(Uri url)
    {
        // As in the URL, but for names beyond ASCII, which DNS and HTTP know only encoded.
        var host = url.HostNameType == UriHostNameType.IPv6 ? url.Host : url.IdnHost;
        Host = Encoding.ASCII.GetBytes(url.IsDefaultPort ? host : $"{host}:{url.Port}");
        Path = Encoding.ASCII.GetBytes(url.AbsolutePath.TrimEnd('/'));
    }

    /// <summary>Value of the Host field.</summary>
    public byte[] Host { get; }

    /// <summary>What comes ahead of each target; empty or without a slash at its end.</summary>
    public byte[] Path { get; }
}
