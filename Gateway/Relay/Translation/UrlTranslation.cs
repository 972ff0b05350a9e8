using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>
/// Internal URLs ⇒ external ones, as one exchange sees them: its app's own URLs become those by which its client came, all others those of
/// the apps that have them. Only a URL's beginning is ever replaced; the rest stays as it is, octet by octet.
/// </summary>
/// <remarks>
/// <para>What already is external stays; the longer prefix wins where a path may be either.</para>
/// <para>An internal URL is known by host and port. The scheme may be the other one: an app behind a proxy is told https, and says so.</para>
/// </remarks>
internal sealed class UrlTranslation
{
    private readonly string _ownHost;
    private readonly bool _isSecure;
    private readonly byte[] _ownOrigin;
    private readonly byte[] _ownPrefix;
    private readonly byte[] _ownUrl;
    private readonly string _internalPrefix;
    private readonly string _externalPrefix;

    public UrlTranslation(UrlMap map, PublishedApp app, HttpRequest request)
    {
        Map = map;
        App = app;
        ClientOrigin = request.Headers.Origin.ToString();
        _isSecure = request.IsHttps;
        _ownHost = HostOf(app.ExternalUrl, request.Host.Host);
        Star = app.ExternalUrl.StarOf(_ownHost).ToString();
        var target = app is { UseAlternateUrlForTranslationAndRedirect: true, AlternateUrl: { } alternate } ? alternate : app.ExternalUrl;
        TargetScheme = target.Scheme;
        TargetAuthority = target.AuthorityFor(Star);
        _ownOrigin = Encoding.ASCII.GetBytes($"{target.Scheme}://{TargetAuthority}");
        _ownPrefix = Encoding.ASCII.GetBytes(target.EscapedPath[..^1]);
        _ownUrl = [.. _ownOrigin, .. _ownPrefix];
        _internalPrefix = Octets(app.InternalUrl.Path);
        _externalPrefix = Octets(app.ExternalPath);
    }

    public UrlMap Map { get; }

    public PublishedApp App { get; }

    /// <summary>What stands for a wildcard's star in this exchange's host.</summary>
    public string Star { get; }

    /// <summary>The origin of the page that asks, as the client says it; empty where it does not.</summary>
    public string ClientOrigin { get; }

    /// <summary>Whether the app's paths are the client's: then no path is ever translated.</summary>
    public bool ArePathsTheSame => _internalPrefix == _externalPrefix;

    /// <summary>Of the app's own internal URL, decoded and without the slash at its end: one character for each octet.</summary>
    public string InternalPrefix => _internalPrefix;

    /// <summary>As <see cref="InternalPrefix"/>, of the external URL.</summary>
    public string ExternalPrefix => _externalPrefix;

    /// <summary>The host by which the client came, normalized.</summary>
    public string ExternalHost => _ownHost;

    /// <summary>Whether the client came by http, to what is published under http.</summary>
    public bool IsPlain => App.ExternalScheme == Uri.UriSchemeHttp;

    public string TargetScheme { get; }

    /// <summary>Host and port of the external URL that stands for the app's own.</summary>
    public string TargetAuthority { get; }

    /// <summary>The external path that stands for the app's own, as it stands in URLs, without the slash at its end.</summary>
    public ReadOnlySpan<byte> TargetPrefix => _ownPrefix;

    /// <summary>How much of a URL is to be replaced, and with what.</summary>
    /// <param name="url">From its first octet to its end or further. Not more of it is looked at than its authority and the longest internal path.</param>
    /// <param name="length">How many octets of it give way.</param>
    /// <param name="replacement">What stands in their place.</param>
    public bool TryFind(ReadOnlySpan<byte> url, out int length, out ReadOnlyMemory<byte> replacement)
    {
        length = 0;
        replacement = default;
        if (!UrlHead.TryRead(url, out var head))
        {
            return false;
        }

        if (head.IsPath)
        {
            return !ArePathsTheSame && TryFindPath(url, out length, out replacement);
        }

        Span<char> key = stackalloc char[Authority.MaxLength];
        if (!head.TryReadAuthority(key, out var nameLength, out var port))
        {
            return false;
        }

        var path = url[head.End..];
        if (key[..nameLength].SequenceEqual(_ownHost) && (port ?? App.ExternalPort) == App.ExternalPort && (port is not null || IsUsual(App.ExternalUrl)))
        {
            if (TryFindOwn(head, path, out length, out replacement) is { } isFound)
            {
                return isFound;
            }
        }

        if (!TryGetHost(key, nameLength, port, head.Scheme, out var host, out _) || host.Find(path, App, out var pathLength) is not { } route)
        {
            return false;
        }

        length = head.End + pathLength;
        replacement = Write(route, route.Internal.StarOf(key[..nameLength]), head.Scheme, path[pathLength..], isPath: false);
        return true;
    }

    /// <summary>A URL that is a field's value, or a part of one.</summary>
    /// <param name="url">One character for each octet.</param>
    /// <returns>The same string where nothing is to be translated.</returns>
    public string Translate(string url)
    {
        if (url.Length == 0 || url[0] is not ('/' or 'h' or 'H' or 'w' or 'W'))
        {
            return url;
        }

        Span<byte> octets = url.Length <= 1024 ? stackalloc byte[url.Length] : new byte[url.Length];
        Encoding.Latin1.GetBytes(url, octets);
        return TryFind(octets, out var length, out var replacement) ? string.Concat(Encoding.ASCII.GetString(replacement.Span), url.AsSpan(length)) : url;
    }

    /// <summary>What is published of an internal host.</summary>
    /// <param name="key">The name, with room for a port.</param>
    /// <param name="port">As it is said; null is the scheme's, or that of the other scheme.</param>
    public bool TryGetHost(Span<char> key, int nameLength, int? port, UrlScheme scheme, [NotNullWhen(true)] out InternalHost? host, out int length)
    {
        var isSecure = scheme is UrlScheme.Https or UrlScheme.Wss || (scheme == UrlScheme.None && App.InternalUrl.Scheme == Uri.UriSchemeHttps);
        length = WritePort(key, nameLength, port ?? (isSecure ? 443 : 80));
        if (Map.TryGet(key[..length], nameLength, out host))
        {
            return true;
        }

        length = port is null ? WritePort(key, nameLength, isSecure ? 80 : 443) : length;
        return port is null && Map.TryGet(key[..length], nameLength, out host);
    }

    /// <summary>The external URL of a route, less its path.</summary>
    public string OriginOf(InternalRoute route, ReadOnlySpan<char> internalName)
        => InternalHost.IsOwn(route, App) && IsOwnName(internalName)
            ? Encoding.ASCII.GetString(_ownOrigin)
            : $"{route.External.Scheme}://{route.External.AuthorityFor(route.Internal.StarOf(internalName))}";

    private static string HostOf(AppUrl url, string said) => url.IsWildcard ? Authority.Normalize(said) : url.Host;

    private static string Octets(string path) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(path[..^1]));

    private static bool IsUsual(AppUrl url) => url.Port is 80 or 443;

    private static int WritePort(Span<char> key, int nameLength, int port)
    {
        key[nameLength] = ':';
        port.TryFormat(key[(nameLength + 1)..], out var digits, default, CultureInfo.InvariantCulture);
        return nameLength + 1 + digits;
    }

    private bool IsOwnName(ReadOnlySpan<char> internalName) => !App.InternalUrl.IsWildcard || App.InternalUrl.StarOf(internalName).SequenceEqual(Star);

    /// <summary>A URL on the client's own host; null when it is none that the app could mean as its own.</summary>
    private bool? TryFindOwn(in UrlHead head, ReadOnlySpan<byte> path, out int length, out ReadOnlyMemory<byte> replacement)
    {
        length = 0;
        replacement = default;
        var isExternal = PathPrefix.TryTake(path, _externalPrefix, out var externalLength);
        if (!App.IsTranslateHostHeaderEnabled && PathPrefix.TryTake(path, _internalPrefix, out var internalLength) && (!isExternal || _internalPrefix.Length > _externalPrefix.Length))
        {
            // The app knows its host by its external name, and its own path.
            length = head.End + internalLength;
            replacement = WriteOwn(head.Scheme, path[internalLength..], isPath: false);
            return true;
        }

        if (!isExternal)
        {
            return null;
        }

        var isSecure = head.Scheme is UrlScheme.Https or UrlScheme.Wss;
        if (head.Scheme == UrlScheme.None || isSecure == (App.ExternalScheme == Uri.UriSchemeHttps) || IsPublished(head, isSecure))
        {
            return false;
        }

        // The external name with the internal scheme.
        length = head.End + externalLength;
        replacement = WriteOwn(head.Scheme, path[externalLength..], isPath: false);
        return true;
    }

    private bool IsPublished(in UrlHead head, bool isSecure)
        => Map.Catalogue.Matcher.TryMatch(isSecure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp, new HostString(Encoding.UTF8.GetString(head.Authority)), App.ExternalPath, out _);

    private bool TryFindPath(ReadOnlySpan<byte> path, out int length, out ReadOnlyMemory<byte> replacement)
    {
        replacement = default;
        var isInternal = PathPrefix.TryTake(path, _internalPrefix, out length);
        if (_externalPrefix.Length > (isInternal ? _internalPrefix.Length : 0) && PathPrefix.TryTake(path, _externalPrefix, out _))
        {
            return false;
        }

        if (isInternal)
        {
            replacement = WriteOwn(UrlScheme.None, path[length..], isPath: true);
            return true;
        }

        // Elsewhere on the app's host, which may be another app's.
        Span<char> key = stackalloc char[Authority.MaxLength];
        var name = App.InternalUrl.IsWildcard ? $"{Star}.{App.InternalUrl.Host}" : App.InternalUrl.Host;
        if (name.Length > Authority.MaxLength - 6)
        {
            return false;
        }

        name.CopyTo(key);
        var keyLength = WritePort(key, name.Length, App.InternalUrl.Port);
        if (!Map.TryGet(key[..keyLength], name.Length, out var host) || host.Find(path, App, out length) is not { } route)
        {
            return false;
        }

        replacement = Write(route, route.Internal.StarOf(name), UrlScheme.None, path[length..], isPath: true);
        return true;
    }

    private ReadOnlyMemory<byte> Write(InternalRoute route, ReadOnlySpan<char> star, UrlScheme scheme, ReadOnlySpan<byte> rest, bool isPath)
    {
        if (InternalHost.IsOwn(route, App) && (!route.External.IsWildcard || star.SequenceEqual(Star)))
        {
            return WriteOwn(scheme, rest, isPath);
        }

        if (route.Absolute is { } absolute && scheme is UrlScheme.Http or UrlScheme.Https)
        {
            return absolute;
        }

        var authority = route.External.AuthorityFor(star);
        return isPath && route.External.Scheme == TargetScheme && authority == TargetAuthority
            ? Path(route.ExternalPrefix, rest)
            : Compose(scheme, route.External.Scheme, Encoding.ASCII.GetBytes(authority), route.ExternalPrefix);
    }

    private ReadOnlyMemory<byte> WriteOwn(UrlScheme scheme, ReadOnlySpan<byte> rest, bool isPath)
        => isPath ? Path(_ownPrefix, rest)
            : scheme is UrlScheme.Http or UrlScheme.Https ? _ownUrl
            : Compose(scheme, TargetScheme, _ownOrigin.AsSpan(TargetScheme.Length + Uri.SchemeDelimiter.Length), _ownPrefix);

    /// <summary>A path stays one; but what is left must not begin with what would make it an authority.</summary>
    private ReadOnlyMemory<byte> Path(byte[] prefix, ReadOnlySpan<byte> rest)
        => prefix.Length == 0 && (rest.StartsWith("//"u8) || rest.StartsWith("/\\"u8)) ? _ownOrigin
            : prefix.Length == 0 && !rest.StartsWith("/"u8) ? "/"u8.ToArray()
            : prefix;

    private ReadOnlyMemory<byte> Compose(UrlScheme said, string scheme, ReadOnlySpan<byte> authority, ReadOnlySpan<byte> prefix)
    {
        var isSecure = scheme == Uri.UriSchemeHttps;
        var start = said switch
        {
            UrlScheme.None when isSecure == _isSecure => "//"u8,
            UrlScheme.Ws or UrlScheme.Wss => isSecure ? "wss://"u8 : "ws://"u8,
            _ => isSecure ? "https://"u8 : "http://"u8,
        };
        var url = new byte[start.Length + authority.Length + prefix.Length];
        start.CopyTo(url);
        authority.CopyTo(url.AsSpan(start.Length));
        prefix.CopyTo(url.AsSpan(start.Length + authority.Length));
        return url;
    }
}
