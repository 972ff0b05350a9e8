using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Gateway.Catalogue;

/// <summary>
/// Finds the published app of a request, the most specific first: its authority before a wildcard, a wildcard before one further up, and
/// of an authority's apps the longest path. One look-up for the authority, one for each depth at which there are wildcards, and no
/// allocation for an ASCII host.
/// </summary>
internal sealed class AppMatcher
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly FrozenDictionary<string, AuthorityRoutes>.AlternateLookup<ReadOnlySpan<char>> _exact;
    private readonly FrozenDictionary<string, AuthorityRoutes>.AlternateLookup<ReadOnlySpan<char>> _wildcards;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _ownHosts;

    /// <summary>How many dots there are in what follows a wildcard's star, the most first.</summary>
    private readonly int[] _wildcardDepths;

    /// <param name="apps">No two with the same <see cref="AppUrl.Claim"/>.</param>
    /// <param name="ownHosts">Hosts of the gateway itself, which no wildcard covers.</param>
    /// <param name="comparer">For who counts look-ups.</param>
    public AppMatcher(IEnumerable<PublishedApp> apps, IEnumerable<string> ownHosts, IEqualityComparer<string>? comparer = null)
    {
        comparer ??= StringComparer.Ordinal;
        var authorities = apps.SelectMany(static app => app.Routes())
            .GroupBy(static route => (route.ExternalUrl.IsWildcard, Key: string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{route.ExternalHost}:{route.ExternalPort}")))
            .ToList();
        _ownHosts = ownHosts.Select(Authority.Normalize).ToFrozenSet(comparer).GetAlternateLookup<ReadOnlySpan<char>>();

        // What is above is shorter, and comes first.
        var wildcards = new Dictionary<string, AuthorityRoutes>(comparer);
        var above = wildcards.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var authority in authorities.Where(static authority => authority.Key.IsWildcard).OrderBy(static authority => authority.Key.Key.Length))
        {
            wildcards.Add("." + authority.Key.Key, new AuthorityRoutes(authority, Above(authority.Key.Key, above), comparer));
        }

        _wildcards = wildcards.ToFrozenDictionary(comparer).GetAlternateLookup<ReadOnlySpan<char>>();
        _wildcardDepths = [.. wildcards.Keys.Select(static key => key.Count('.')).Distinct().OrderDescending()];
        _exact = authorities.Where(static authority => !authority.Key.IsWildcard)
            .ToFrozenDictionary(
                static authority => authority.Key.Key,
                authority => new AuthorityRoutes(authority, _ownHosts.Contains(authority.First().ExternalHost) ? null : Above(authority.Key.Key, above), comparer),
                comparer)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Matches a request.</summary>
    /// <param name="scheme">As the client used it.</param>
    /// <param name="host">A Host header's value; any case, a trailing dot and Unicode are allowed, and without a port it is the scheme's.</param>
    /// <param name="path">Decoded and without dot segments (<see cref="HttpRequest.Path"/>), or another app's paths could be had through this one's.</param>
    /// <param name="app">The app as reached by the URL that matched (<see cref="PublishedApp.Routes"/>).</param>
    public bool TryMatch(string scheme, HostString host, ReadOnlySpan<char> path, [NotNullWhen(true)] out PublishedApp? app) => TryMatch(scheme, host, path, out app, out _);

    /// <summary>As <see cref="TryMatch(string, HostString, ReadOnlySpan{char}, out PublishedApp?)"/>, for who passes the request on.</summary>
    /// <param name="guard">What must be asked before; null nearly always.</param>
    public bool TryMatch(string scheme, HostString host, ReadOnlySpan<char> path, [NotNullWhen(true)] out PublishedApp? app, out PathGuard? guard)
    {
        (app, guard) = (null, null);
        Span<char> buffer = stackalloc char[Authority.MaxLength];
        if (!Authority.TrySplit(host.Value, out var name, out var port)
            || !Authority.TryNormalize(Authority.Trim(name), port ?? DefaultPort(scheme), buffer, out var nameLength, out var length))
        {
            return false;
        }

        return (_exact.TryGetValue(buffer[..length], out var routes) || TryFindWildcard(buffer[..length], nameLength, out routes))
            && routes.TryMatch(scheme, path, out app, out guard);
    }

    private static int DefaultPort(string scheme) => string.Equals(scheme, Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase) ? 443 : 80;

    /// <summary>The nearest wildcard that covers a host, or another wildcard's hosts.</summary>
    /// <param name="authority">With its port.</param>
    private static AuthorityRoutes? Above(string authority, Dictionary<string, AuthorityRoutes>.AlternateLookup<ReadOnlySpan<char>> wildcards)
    {
        for (var at = authority.IndexOf('.', StringComparison.Ordinal); at >= 0; at = authority.IndexOf('.', at + 1))
        {
            if (wildcards.TryGetValue(authority.AsSpan(at), out var routes) && IsName(authority.AsSpan(0, at)))
            {
                return routes;
            }
        }

        return null;
    }

    /// <summary>The nearest wildcard that covers a host without apps of its own.</summary>
    private bool TryFindWildcard(ReadOnlySpan<char> authority, int nameLength, [NotNullWhen(true)] out AuthorityRoutes? routes)
    {
        routes = null;
        var name = authority[..nameLength];
        if (_wildcardDepths.Length == 0 || _ownHosts.Contains(name))
        {
            return false;
        }

        var dots = name.Count('.');
        var at = -1;
        var passed = 0;
        foreach (var depth in _wildcardDepths)
        {
            if (depth > dots)
            {
                continue;
            }

            for (; passed <= dots - depth; passed++)
            {
                at += 1 + name[(at + 1)..].IndexOf('.');
            }

            if (_wildcards.TryGetValue(authority[at..], out routes) && IsName(name[..at]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What stands for the star becomes part of the name of an internal host, so it must be able to be one.</summary>
    private static bool IsName(ReadOnlySpan<char> labels)
        => labels is not ([] or ['.', ..] or [.., '.'] or ['-', ..]) && !labels.ContainsAnyExcept(NameCharacters) && !labels.Contains("..", StringComparison.Ordinal);
}
