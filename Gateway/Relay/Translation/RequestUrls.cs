using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.Catalogue;
using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>External URLs in a request's fields ⇒ internal ones, of whichever app has them. What no app has stays.</summary>
/// <remarks>An app that gets the client's Host (isTranslateHostHeaderEnabled is false) gets Origin and Referer to match it.</remarks>
internal static class RequestUrls
{
    public const string Destination = "Destination";

    public const string If = "If";

    /// <summary>Whether the field may hold such URLs.</summary>
    public static bool Concerns(string name) => name.Length switch
    {
        2 => Is(name, If),
        6 => Is(name, HeaderNames.Origin),
        7 => Is(name, HeaderNames.Referer),
        11 => Is(name, Destination),
        _ => false,
    };

    public static string Translate(string name, string value, CatalogueSnapshot catalogue, PublishedApp app, HttpRequest request) => name.Length switch
    {
        2 => TranslateTags(value, catalogue, app, request),
        6 => TranslateOrigin(value, catalogue, app),
        7 => TryTranslate(value, catalogue, app, null, out var page) ? page : value,
        _ => TryTranslate(value, catalogue, app, request, out var resource) ? resource : value,
    };

    /// <summary>The Host of an app whose internal host depends on the external one; null where the connector knows it.</summary>
    public static string? HostOf(PublishedApp app, HttpRequest request)
        => app.InternalUrl.IsWildcard ? app.InternalUrl.AuthorityFor(app.ExternalUrl.StarOf(Authority.Normalize(request.Host.Host))) : null;

    /// <summary>RFC 6454: an app's origin is that of its URL.</summary>
    public static string TranslateOrigin(string origin, CatalogueSnapshot catalogue, PublishedApp app)
        => TrySplit(origin, out var scheme, out var authority, out var path) && path.Length == 0
            && (TryMatch(catalogue, app, scheme, authority, out var route) || catalogue.Matcher.TryMatch(scheme, new HostString(authority), "/", out route))
            && (route.Id != app.Id || app.IsTranslateHostHeaderEnabled)
            ? $"{route.InternalUrl.Scheme}://{InternalAuthority(route, authority)}"
            : origin;

    /// <summary>Resource tags of WebDAV's If (RFC 4918 section 10.4.2): URLs in angle brackets outside of the lists in parentheses.</summary>
    private static string TranslateTags(string value, CatalogueSnapshot catalogue, PublishedApp app, HttpRequest request)
    {
        var isInList = false;
        for (var i = 0; i < value.Length; i++)
        {
            isInList = value[i] switch
            {
                '(' => true,
                ')' => false,
                _ => isInList,
            };
            if (value[i] != '<' || value.IndexOf('>', i) is not (> 0 and var end))
            {
                continue;
            }

            if (!isInList && TryTranslate(value[(i + 1)..end], catalogue, app, request, out var tag))
            {
                value = string.Concat(value.AsSpan(0, i + 1), tag, value.AsSpan(end));
                end = i + 1 + tag.Length;
            }

            i = end;
        }

        return value;
    }

    /// <param name="url">With its path, and not relative to anything but the app's host.</param>
    /// <param name="catalogue">Of all apps.</param>
    /// <param name="app">The app that is asked.</param>
    /// <param name="request">Given where the app compares the URL with what it was called: then it gets its own path below the client's host, if it gets that.</param>
    /// <param name="inside">As the app knows it.</param>
    private static bool TryTranslate(string url, CatalogueSnapshot catalogue, PublishedApp app, HttpRequest? request, [NotNullWhen(true)] out string? inside)
    {
        inside = null;
        if (request is not null && url.StartsWith('/'))
        {
            inside = TryMatch(url, catalogue, request.Scheme, request.Host.Value ?? "", url, out var own, out var rest) && own.InternalUrl == app.InternalUrl
                ? string.Concat(app.InternalUrl.EscapedPath.AsSpan()[..^1], rest)
                : null;
            return inside is not null;
        }

        if (!TrySplit(url, out var scheme, out var authority, out var path) || !TryMatch(url, catalogue, scheme, authority, path, out var route, out var below))
        {
            return false;
        }

        if (route.Id == app.Id && !app.IsTranslateHostHeaderEnabled)
        {
            inside = request is null ? null : string.Concat($"{route.InternalUrl.Scheme}://{authority}", route.InternalUrl.EscapedPath.AsSpan()[..^1], below);
            return inside is not null;
        }

        inside = string.Concat($"{route.InternalUrl.Scheme}://{InternalAuthority(route, authority)}", route.InternalUrl.EscapedPath.AsSpan()[..^1], below);
        return true;
    }

    private static bool TryMatch(
        string url, CatalogueSnapshot catalogue, string scheme, string authority, string path, [NotNullWhen(true)] out PublishedApp? route, out string below)
    {
        route = null;
        below = "";
        var end = path.AsSpan().IndexOfAny('?', '#') is var query and >= 0 ? query : path.Length;
        return !DotSegments.Contains(path.AsSpan(0, end))
            && catalogue.Matcher.TryMatch(scheme, new HostString(authority), Uri.UnescapeDataString(path.AsSpan(0, end)), out route)
            && RequestTarget.TryBelow(route, url, out below);
    }

    private static bool TryMatch(CatalogueSnapshot catalogue, PublishedApp app, string scheme, string authority, [NotNullWhen(true)] out PublishedApp? route)
        => catalogue.Matcher.TryMatch(scheme, new HostString(authority), app.ExternalPath, out route) && route.Id == app.Id;

    private static string InternalAuthority(PublishedApp route, string authority)
        => route.InternalUrl.AuthorityFor(Authority.TrySplit(authority, out var host, out _) ? route.ExternalUrl.StarOf(Authority.Normalize(host.ToString())) : default);

    private static bool TrySplit(string url, out string scheme, out string authority, out string path)
    {
        authority = "";
        path = "";
        scheme = url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        if (!url.StartsWith(scheme + Uri.SchemeDelimiter, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var start = scheme.Length + Uri.SchemeDelimiter.Length;
        var length = url.AsSpan(start).IndexOfAny('/', '?', '#') is var end and >= 0 ? end : url.Length - start;
        authority = url.Substring(start, length);
        path = url[(start + length)..];
        return length > 0 && !authority.Contains('@', StringComparison.Ordinal);
    }

    private static bool Is(string name, string field) => name.Equals(field, StringComparison.OrdinalIgnoreCase);
}
