using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>
/// All internal URLs of a catalogue, and the external ones that stand for them: one look-up by host and port, one for each depth at which
/// there are wildcards. The way back, from external to internal, is the catalogue's own matcher.
/// </summary>
internal sealed class UrlMap
{
    private readonly FrozenDictionary<string, InternalHost>.AlternateLookup<ReadOnlySpan<char>> _hosts;
    private readonly FrozenDictionary<string, InternalHost>.AlternateLookup<ReadOnlySpan<char>> _wildcards;
    private readonly bool _hasWildcards;

    public UrlMap(CatalogueSnapshot catalogue)
    {
        Catalogue = catalogue;
        var byHost = catalogue.Apps.SelectMany(RoutesOf)
            .GroupBy(static route => string.Create(CultureInfo.InvariantCulture, $"{(route.Internal.IsWildcard ? "." : "")}{route.Internal.Host}:{route.Internal.Port}"))
            .ToList();
        _hosts = byHost.Where(static host => host.Key[0] != '.').ToFrozenDictionary(static host => host.Key, static host => new InternalHost(host)).GetAlternateLookup<ReadOnlySpan<char>>();
        var wildcards = byHost.Where(static host => host.Key[0] == '.').ToFrozenDictionary(static host => host.Key, static host => new InternalHost(host));
        _hasWildcards = wildcards.Count > 0;
        _wildcards = wildcards.GetAlternateLookup<ReadOnlySpan<char>>();
        LongestPath = catalogue.Apps.SelectMany(static app => app.Routes()).Select(static route => route.InternalUrl.EscapedPath.Length).DefaultIfEmpty(1).Max();
        Fingerprint = FingerprintOf(catalogue);
    }

    public CatalogueSnapshot Catalogue { get; }

    /// <summary>Longest internal path, in octets as it stands in URLs.</summary>
    public int LongestPath { get; }

    /// <summary>Differs where what is translated differs: part of the ETag of what was translated.</summary>
    public string Fingerprint { get; }

    /// <summary>What is published of a host, which a wildcard may cover.</summary>
    /// <param name="authority">"name:port", normalized (<see cref="Authority.TryNormalize"/>).</param>
    /// <param name="nameLength">Of the name.</param>
    public bool TryGet(ReadOnlySpan<char> authority, int nameLength, [NotNullWhen(true)] out InternalHost? host)
    {
        if (_hosts.TryGetValue(authority, out host))
        {
            return true;
        }

        if (_hasWildcards)
        {
            for (var dot = authority[..nameLength].IndexOf('.'); dot >= 0;)
            {
                if (_wildcards.TryGetValue(authority[dot..], out host))
                {
                    return true;
                }

                var next = authority[(dot + 1)..nameLength].IndexOf('.');
                dot = next < 0 ? -1 : dot + 1 + next;
            }
        }

        return false;
    }

    /// <summary>As <see cref="TryGet"/>, for "*.name": only a wildcard for all of it will do.</summary>
    /// <param name="authority">".name:port".</param>
    public bool TryGetWildcard(ReadOnlySpan<char> authority, [NotNullWhen(true)] out InternalHost? host) => _wildcards.TryGetValue(authority, out host);

    private static IEnumerable<InternalRoute> RoutesOf(PublishedApp app)
    {
        yield return Route(app, app.InternalUrl, app.ExternalUrl, app.AlternateUrl);
        foreach (var segment in app.Segments)
        {
            yield return Route(app, segment.InternalUrl, segment.ExternalUrl, segment.AlternateUrl);
        }
    }

    private static InternalRoute Route(PublishedApp app, AppUrl internalUrl, AppUrl externalUrl, AppUrl? alternateUrl)
        => new(app.Id, internalUrl, app.UseAlternateUrlForTranslationAndRedirect && alternateUrl is not null ? alternateUrl : externalUrl);

    /// <summary>The same in every gateway and after a restart, or a cache's copy would be fetched anew for nothing.</summary>
    private static string FingerprintOf(CatalogueSnapshot catalogue)
    {
        var routes = catalogue.Apps.SelectMany(RoutesOf).Select(static route => $"{route.Internal} {route.External}\n").Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(routes))).AsSpan(0, 4));
    }
}
