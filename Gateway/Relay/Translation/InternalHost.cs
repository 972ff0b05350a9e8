using System.Collections.Frozen;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>What is published of one internal host and port, by path. As many look-ups as there are depths of paths.</summary>
internal sealed class InternalHost
{
    private readonly InternalRoute[] _routes;
    private readonly FrozenDictionary<string, InternalRoute[]>.AlternateLookup<ReadOnlySpan<char>> _byPrefix;
    private readonly InternalRoute[] _root;
    private readonly int[] _depths;
    private readonly int _longest;

    public InternalHost(IEnumerable<InternalRoute> routes)
    {
        _routes = [.. routes];
        var byPrefix = _routes.GroupBy(static route => route.Prefix).ToFrozenDictionary(static group => group.Key, static group => group.ToArray());
        _byPrefix = byPrefix.GetAlternateLookup<ReadOnlySpan<char>>();
        _root = byPrefix.GetValueOrDefault("", []);
        _depths = [.. byPrefix.Keys.Select(static prefix => prefix.Count(static character => character == '/')).Where(static depth => depth > 0).Distinct().OrderDescending()];
        _longest = byPrefix.Keys.Max(static prefix => prefix.Length);
    }

    public IReadOnlyList<InternalRoute> Routes => _routes;

    /// <summary>The route with the longest prefix of the path; of several the app's own, or the first.</summary>
    /// <param name="path">What follows the authority.</param>
    /// <param name="app">The app whose answer it is.</param>
    /// <param name="length">How much of the path that prefix is.</param>
    public InternalRoute? Find(ReadOnlySpan<byte> path, PublishedApp app, out int length)
    {
        length = 0;
        if (_depths.Length > 0)
        {
            Span<char> decoded = _longest < 256 ? stackalloc char[_longest + 1] : new char[_longest + 1];
            Span<int> decodedEnds = stackalloc int[Math.Min(_depths[0], 64)];
            Span<int> ends = stackalloc int[decodedEnds.Length];
            var count = PathPrefix.Segments(path, decoded, decodedEnds, ends);
            foreach (var depth in _depths)
            {
                if (depth <= count && _byPrefix.TryGetValue(decoded[..decodedEnds[depth - 1]], out var found))
                {
                    length = ends[depth - 1];
                    return Prefer(found, app);
                }
            }
        }

        return _root.Length == 0 ? null : Prefer(_root, app);
    }

    public static bool IsOwn(InternalRoute route, PublishedApp app) => route.AppId == app.Id && route.Internal == app.InternalUrl;

    private static InternalRoute Prefer(InternalRoute[] routes, PublishedApp app)
    {
        InternalRoute? ofApp = null;
        foreach (var route in routes)
        {
            if (IsOwn(route, app))
            {
                return route;
            }

            ofApp ??= route.AppId == app.Id ? route : null;
        }

        return ofApp ?? routes[0];
    }
}
