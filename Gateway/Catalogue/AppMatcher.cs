using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace AppProxy.Gateway.Catalogue;

/// <summary>Finds the published app of a request: the host's apps, the longest path first. Allocates nothing for an ASCII host.</summary>
/// <remarks>
/// Wildcard hosts and segments are to come: they become a second look-up when the exact host is not found, and further routes of a host.
/// </remarks>
internal sealed class AppMatcher
{
    private readonly FrozenDictionary<string, PublishedApp[]> _hosts;
    private readonly FrozenDictionary<string, PublishedApp[]>.AlternateLookup<ReadOnlySpan<char>> _hostsBySpan;

    public AppMatcher(IEnumerable<PublishedApp> apps)
    {
        _hosts = apps
            .GroupBy(app => app.ExternalHost, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(
                host => host.Key,
                host => host.OrderByDescending(app => app.ExternalPath.Length).ToArray(),
                StringComparer.OrdinalIgnoreCase);
        _hostsBySpan = _hosts.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Matches a Host header's value, port included if it has one.</summary>
    public bool TryMatch(string? scheme, HostString host, ReadOnlySpan<char> path, [NotNullWhen(true)] out PublishedApp? app)
    {
        if (!Authority.TrySplit(host.Value, out var name, out var port))
        {
            app = null;
            return false;
        }

        return TryMatch(scheme, name, port, path, out app);
    }

    /// <summary>Matches; a null scheme or port is not compared.</summary>
    /// <param name="scheme">As the client used it; null behind a proxy that hides it.</param>
    /// <param name="host">Without the port; a trailing dot, any case and Unicode are allowed.</param>
    /// <param name="port">As the client used it.</param>
    /// <param name="path">Decoded and without dot segments (<see cref="HttpRequest.Path"/>), or another app's paths could be had through this one's.</param>
    /// <param name="app">The app.</param>
    public bool TryMatch(string? scheme, ReadOnlySpan<char> host, int? port, ReadOnlySpan<char> path, [NotNullWhen(true)] out PublishedApp? app)
    {
        if (TryGetHost(Authority.Trim(host), out var routes))
        {
            foreach (var route in routes)
            {
                if (CoversPath(route.ExternalPath, path)
                    && (port is null || port == route.ExternalPort)
                    && (scheme is null || string.Equals(scheme, route.ExternalScheme, StringComparison.OrdinalIgnoreCase)))
                {
                    app = route;
                    return true;
                }
            }
        }

        app = null;
        return false;
    }

    private bool TryGetHost(ReadOnlySpan<char> host, [NotNullWhen(true)] out PublishedApp[]? routes)
    {
        if (_hostsBySpan.TryGetValue(host, out routes))
        {
            return true;
        }

        return !System.Text.Ascii.IsValid(host)
            && Authority.TryGetAscii(host, out var ascii)
            && _hosts.TryGetValue(ascii, out routes);
    }

    /// <summary>On segment boundaries: "/hr/" covers "/hr/x" and "/hr", and not "/hrx".</summary>
    private static bool CoversPath(string prefix, ReadOnlySpan<char> path)
        => path.StartsWith(prefix, StringComparison.Ordinal)
            || (path.Length == prefix.Length - 1 && prefix.AsSpan(0, path.Length).SequenceEqual(path));
}
