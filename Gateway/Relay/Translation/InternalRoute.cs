using System.Text;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>An internal URL and the external one that stands for it.</summary>
internal sealed class InternalRoute
{
    public InternalRoute(string appId, AppUrl internalUrl, AppUrl externalUrl)
    {
        AppId = appId;
        Internal = internalUrl;
        External = externalUrl;
        Prefix = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(internalUrl.Path[..^1]));
        ExternalPrefix = Encoding.ASCII.GetBytes(externalUrl.EscapedPath[..^1]);
        Absolute = externalUrl.IsWildcard ? null : Encoding.ASCII.GetBytes($"{externalUrl.Scheme}://{externalUrl.AuthorityFor([])}{externalUrl.EscapedPath[..^1]}");
    }

    public string AppId { get; }

    public AppUrl Internal { get; }

    public AppUrl External { get; }

    /// <summary>The internal path, decoded, without the slash at its end: one character for each octet.</summary>
    public string Prefix { get; }

    /// <summary>The external path as it stands in URLs, without the slash at its end.</summary>
    public byte[] ExternalPrefix { get; }

    /// <summary>The external URL without the slash at its end; null for a wildcard.</summary>
    public byte[]? Absolute { get; }
}
