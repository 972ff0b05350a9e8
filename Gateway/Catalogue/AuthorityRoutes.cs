using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Gateway.Catalogue;

/// <summary>The apps of one authority by path. Looks up as many paths as there are depths at which apps are published, the deepest first.</summary>
internal sealed class AuthorityRoutes
{
    private readonly FrozenDictionary<string, PublishedApp> _paths;
    private readonly FrozenDictionary<string, PublishedApp>.AlternateLookup<ReadOnlySpan<char>> _pathsBySpan;
    private readonly int[] _depths;

    /// <summary>Of all authorities most have one app, on the root: nothing is looked up for it.</summary>
    private readonly PublishedApp? _root;

    public AuthorityRoutes(IEnumerable<PublishedApp> routes, IEqualityComparer<string> comparer)
    {
        _paths = routes.ToFrozenDictionary(static route => route.ExternalPath[..^1], comparer);
        _pathsBySpan = _paths.GetAlternateLookup<ReadOnlySpan<char>>();
        _depths = [.. _paths.Keys.Select(static path => path.Count('/')).Where(static depth => depth > 0).Distinct().OrderDescending()];
        _root = _paths.GetValueOrDefault("");
    }

    /// <summary>The longest path that covers the request's, on segment boundaries: "/hr/" covers "/hr/x" and "/hr", and not "/hrx".</summary>
    public bool TryFind(string scheme, ReadOnlySpan<char> path, [NotNullWhen(true)] out PublishedApp? app)
    {
        foreach (var depth in _depths)
        {
            if (TryTake(path, depth, out var prefix) && _pathsBySpan.TryGetValue(prefix, out app) && IsScheme(app, scheme))
            {
                return true;
            }
        }

        app = _root is not null && IsScheme(_root, scheme) ? _root : null;
        return app is not null;
    }

    private static bool IsScheme(PublishedApp app, string scheme) => string.Equals(scheme, app.ExternalScheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>The first segments of a path, without a slash at their end.</summary>
    private static bool TryTake(ReadOnlySpan<char> path, int segments, out ReadOnlySpan<char> prefix)
    {
        var end = 0;
        for (var i = 0; i < segments; i++)
        {
            if (end >= path.Length)
            {
                prefix = default;
                return false;
            }

            var next = path[(end + 1)..].IndexOf('/');
            end = next < 0 ? path.Length : end + 1 + next;
        }

        prefix = path[..end];
        return true;
    }
}
