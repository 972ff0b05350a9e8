using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Gateway.Catalogue;

/// <summary>External or internal URL of an app: an origin and the path below which the app is. The host may begin with "*.".</summary>
/// <remarks>Not a <see cref="Uri"/>, which knows no wildcard.</remarks>
internal sealed record AppUrl
{
    private const string Wildcard = "*.";

    private readonly string _text;

    private AppUrl(Uri url, bool isWildcard)
    {
        Scheme = url.Scheme;
        Host = Authority.TryGetAscii(Authority.Trim(url.Host), out var ascii) ? ascii : url.IdnHost;
        Port = url.Port;
        Path = Uri.UnescapeDataString(url.AbsolutePath);
        EscapedPath = url.AbsolutePath.Replace("'", "%27", StringComparison.Ordinal).Replace("&", "%26", StringComparison.Ordinal).Replace("(", "%28", StringComparison.Ordinal).Replace(")", "%29", StringComparison.Ordinal);
        IsWildcard = isWildcard;
        _text = isWildcard ? url.AbsoluteUri.Insert(url.Scheme.Length + Uri.SchemeDelimiter.Length, Wildcard) : url.AbsoluteUri;
    }

    public string Scheme { get; }

    /// <summary>Lower case ASCII (punycode), no trailing dot, an IPv6 address without brackets; what follows "*." if it is a wildcard.</summary>
    public string Host { get; }

    public int Port { get; }

    /// <summary>Decoded.</summary>
    public string Path { get; }

    /// <summary>As it stands in URLs, wherever those stand: what could end one in HTML or CSS is escaped too.</summary>
    public string EscapedPath { get; }

    /// <summary>Whether every host below <see cref="Host"/> is meant, and not that one.</summary>
    public bool IsWildcard { get; }

    /// <summary>What no two external URLs share: who differs only in the scheme cannot be told apart on one port.</summary>
    public string Claim => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(IsWildcard ? Wildcard : "")}{Host}:{Port}{Path}");

    /// <summary>Host and port as they stand in URLs.</summary>
    /// <param name="star">What stands for a wildcard's star; without meaning for any other URL.</param>
    public string AuthorityFor(ReadOnlySpan<char> star)
    {
        var host = IsWildcard ? string.Concat(star, ".", Host) : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return Port == (Scheme == Uri.UriSchemeHttps ? 443 : 80) ? host : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{host}:{Port}");
    }

    /// <summary>What stands for the star where this URL's host is <paramref name="host"/>, normalized; nothing where there is no star.</summary>
    public ReadOnlySpan<char> StarOf(ReadOnlySpan<char> host) => IsWildcard && host.Length > Host.Length ? host[..^(Host.Length + 1)] : default;

    /// <summary>Takes absolute http and https URLs; a star may only be the whole first label of a name.</summary>
    public static bool TryParse(string? value, [NotNullWhen(true)] out AppUrl? url)
    {
        url = null;
        if (value is null)
        {
            return false;
        }

        var host = value.IndexOf(Uri.SchemeDelimiter, StringComparison.Ordinal) is var scheme and >= 0 ? scheme + Uri.SchemeDelimiter.Length : 0;
        var isWildcard = host > 0 && value.AsSpan(host).StartsWith(Wildcard);
        var exact = isWildcard ? value.Remove(host, Wildcard.Length) : value;
        if (exact.Contains('*', StringComparison.Ordinal)
            || !Uri.TryCreate(exact, UriKind.Absolute, out var parsed)
            || (parsed.Scheme != Uri.UriSchemeHttp && parsed.Scheme != Uri.UriSchemeHttps)
            || parsed.Port is < 1 or > ushort.MaxValue
            || (isWildcard && parsed.HostNameType != UriHostNameType.Dns))
        {
            return false;
        }

        url = new AppUrl(parsed, isWildcard);
        return true;
    }

    /// <exception cref="FormatException">Not such a URL.</exception>
    public static AppUrl Parse(string value) => TryParse(value, out var url) ? url : throw new FormatException($"'{value}' is no URL of an app.");

    public override string ToString() => _text;

    public bool Equals(AppUrl? other) => other is not null && _text == other._text;

    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);
}
