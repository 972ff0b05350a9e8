using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Gateway.Catalogue;

/// <summary>The apps of one authority by path. Looks up as many paths as there are depths at which apps are published, the deepest first.</summary>
internal sealed class AuthorityRoutes
{
    private readonly FrozenDictionary<string, Route> _paths;
    private readonly FrozenDictionary<string, Route>.AlternateLookup<ReadOnlySpan<char>> _pathsBySpan;
    private readonly int[] _depths;

    /// <summary>Of all authorities most have one app, on the root: nothing is looked up for it.</summary>
    private readonly Route? _root;

    public AuthorityRoutes(IEnumerable<PublishedApp> routes, IEqualityComparer<string> comparer)
    {
        var all = routes.ToList();
        Guard = PathGuard.Of(all.Where(IsProtected).Select(static app => app.ExternalPath), "");
        _paths = all.ToFrozenDictionary(static app => app.ExternalPath[..^1], app => new Route(app, GuardOf(app, all)), comparer);
        _pathsBySpan = _paths.GetAlternateLookup<ReadOnlySpan<char>>();
        _depths = [.. _paths.Keys.Select(static path => path.Count('/')).Where(static depth => depth > 0).Distinct().OrderDescending()];
        _root = _paths.GetValueOrDefault("");
    }

    /// <summary>For whom else a request is that none of these apps is meant by.</summary>
    public PathGuard? Guard { get; }

    /// <summary>The longest path that covers the request's, on segment boundaries: "/hr/" covers "/hr/x" and "/hr", and not "/hrx".</summary>
    public bool TryFind(string scheme, ReadOnlySpan<char> path, [NotNullWhen(true)] out Route? route)
    {
        foreach (var depth in _depths)
        {
            if (TryTake(path, depth, out var prefix) && _pathsBySpan.TryGetValue(prefix, out route) && IsScheme(route.App, scheme))
            {
                return true;
            }
        }

        route = _root is not null && IsScheme(_root.App, scheme) ? _root : null;
        return route is not null;
    }

    /// <summary>Other apps that ask for sign-in. Whether it does so itself does not matter: others may be assigned to them.</summary>
    private static PathGuard? GuardOf(PublishedApp app, List<PublishedApp> all)
        => PathGuard.Of(all.Where(other => IsProtected(other) && other.Id != app.Id).Select(static other => other.ExternalPath), app.ExternalPath);

    private static bool IsProtected(PublishedApp app) => app.ExternalAuthenticationType != ExternalAuthenticationType.Passthru;

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

    /// <param name="Guard">Null where nothing is another's to be kept from it.</param>
    public sealed record Route(PublishedApp App, PathGuard? Guard);
}
