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

    /// <summary>That of all apps here and above; null where they differ.</summary>
    private readonly string? _scheme;

    /// <summary>One for all requests, so that what is kept does not grow with the pairs of apps on a host.</summary>
    private readonly PathGuard? _guard;

    public AuthorityRoutes(IEnumerable<PublishedApp> routes, AuthorityRoutes? above, IEqualityComparer<string> comparer)
    {
        _paths = routes.ToFrozenDictionary(static app => app.ExternalPath[..^1], comparer);
        _pathsBySpan = _paths.GetAlternateLookup<ReadOnlySpan<char>>();
        _depths = [.. _paths.Keys.Select(static path => path.Count('/')).Where(static depth => depth > 0).Distinct().OrderDescending()];
        _root = _paths.GetValueOrDefault("");
        var scheme = _paths.Values[0].ExternalScheme;
        _scheme = (above is null || above._scheme == scheme) && _paths.Values.All(app => app.ExternalScheme == scheme) ? scheme : null;
        Above = _root is not null && above?._scheme == _root.ExternalScheme ? null : above;
        Guarded = GuardedPaths.Of(_paths.Values);
        DeepestGuarded = Math.Max(Guarded.Deepest, Above?.DeepestGuarded ?? 0);
        _guard = PathGuard.Of(this);
    }

    /// <summary>Those of the nearest wildcard that covers the authority: theirs is what no app here takes. Null where one takes all.</summary>
    public AuthorityRoutes? Above { get; }

    /// <summary>Where apps ask for sign-in.</summary>
    public GuardedPaths Guarded { get; }

    /// <summary>How many segments the deepest of them has, here or above.</summary>
    public int DeepestGuarded { get; }

    /// <summary>Finds the app of a request for this authority, here or above.</summary>
    /// <param name="guard">Null where nothing is another's to be kept from it.</param>
    public bool TryMatch(string scheme, ReadOnlySpan<char> path, [NotNullWhen(true)] out PublishedApp? app, out PathGuard? guard)
    {
        for (var routes = this; routes is not null; routes = routes.Above)
        {
            if (routes.TryFind(scheme, path, out app))
            {
                guard = _guard?.IsAgainst(app) == true ? _guard : null;
                return true;
            }
        }

        (app, guard) = (null, null);
        return false;
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
