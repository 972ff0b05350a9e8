using System.Buffers;
using System.Text.RegularExpressions;

namespace AppProxy.Gateway.Catalogue;

/// <summary>
/// The apps that ask for sign-in on another app's host, those of wildcards above it among them. A path is matched as it stands; the back end that they may share can
/// take it for another: without regard to case, escapes decoded twice, IIS's <c>%u002F</c> or octets that are not UTF-8 decoded, <c>%2F</c> and <c>\</c> for slashes, several
/// slashes for one, what follows a <c>;</c> left out, dots and spaces at the end as well, <c>..</c> resolved. By none of that may one of theirs be had through the other app.
/// A request pays for it only on such a host.
/// </summary>
internal sealed partial class PathGuard
{
    private const int MostDecodings = 4;

    private static readonly SearchValues<char> Separators = SearchValues.Create("/\\");
    private static readonly SearchValues<char> Ends = SearchValues.Create(";?#");

    private readonly AuthorityRoutes _host;

    /// <summary>Null for several.</summary>
    private readonly string? _onlyApp;

    private PathGuard(AuthorityRoutes host, string? onlyApp)
    {
        _host = host;
        _onlyApp = onlyApp;
    }

    /// <param name="host">Of one host, or of all hosts of a wildcard that have no apps of their own.</param>
    /// <returns>Null where there is nothing to guard.</returns>
    public static PathGuard? Of(AuthorityRoutes host)
    {
        string? only = null;
        for (var routes = host; routes is not null; routes = routes.Above)
        {
            foreach (var guarded in routes.Guarded.All)
            {
                if (guarded.App.Id == only || IsTaken(host, routes, guarded.App))
                {
                    continue;
                }

                if (only is not null)
                {
                    return new PathGuard(host, null);
                }

                only = guarded.App.Id;
            }
        }

        return only is null ? null : new PathGuard(host, only);
    }

    public static GuardedPath Read(PublishedApp app)
    {
        var path = app.ExternalPath;
        var segments = new List<string>();
        foreach (var range in path.AsSpan().SplitAny(Separators))
        {
            var segment = path[TrimEnd(path, Cut(path, range))];
            if (segment.Length > 0)
            {
                segments.Add(segment);
            }
        }

        return new GuardedPath(app, [.. segments]);
    }

    /// <summary>Whether any of it is another app's. Whether the app asks for sign-in itself does not matter: others may be assigned to theirs.</summary>
    public bool IsAgainst(PublishedApp app) => _onlyApp != app.Id;

    /// <summary>Whether a back end could take the target of a request for one of the guarded apps', or for who knows what.</summary>
    /// <param name="rawTarget">As the client sent it.</param>
    /// <param name="app">The other app, which the request was matched to.</param>
    public bool IsInDoubt(string rawTarget, PublishedApp app)
    {
        if (Decode(PathOf(rawTarget)) is not { } path || WideEscapes.Contains(path))
        {
            return true;
        }

        var deepest = _host.DeepestGuarded;
        Span<Range> first = deepest <= 16 ? stackalloc Range[16] : new Range[deepest];
        var count = 0;
        foreach (var range in path.AsSpan().SplitAny(Separators))
        {
            var segment = Cut(path, range);
            if (path.AsSpan(segment).Trim(' ') is "." or "..")
            {
                // Whoever means well has resolved it already: browsers and libraries do.
                return true;
            }

            segment = TrimEnd(path, segment);
            if (count < deepest && segment.Start.Value < segment.End.Value)
            {
                first[count++] = segment;
            }
        }

        // What is left is no ASCII character, in whichever encoding it is one.
        var hasOctets = Octet().IsMatch(path);
        if (count == 0 && !hasOctets)
        {
            return false;
        }

        for (var routes = _host; routes is not null; routes = routes.Above)
        {
            foreach (var guarded in hasOctets ? routes.Guarded.All : routes.Guarded.Below(path.AsSpan(first[0])))
            {
                if (((hasOctets && !guarded.IsAscii) || IsBelow(path, first[..count], guarded.Segments))
                    && guarded.App.Id != app.Id && !IsAround(guarded.App, app) && !IsTaken(_host, routes, guarded.App))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Whether an app is published within another's path: what is around it can be had only by dots that lead out of it. A wildcard's is not within those of one host.</summary>
    private static bool IsAround(PublishedApp guarded, PublishedApp app)
        => guarded.ExternalHost.Length <= app.ExternalHost.Length && app.ExternalPath.StartsWith(guarded.ExternalPath, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the host has an app nearer than the guarded one for all of its path: there the guarded one is not published.</summary>
    private static bool IsTaken(AuthorityRoutes host, AuthorityRoutes above, PublishedApp guarded)
    {
        for (var routes = host; routes != above; routes = routes.Above!)
        {
            if (routes.TryFind(guarded.ExternalScheme, guarded.ExternalPath, out _))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsBelow(string path, ReadOnlySpan<Range> segments, string[] guarded)
    {
        if (guarded.Length == 0 || segments.Length < guarded.Length)
        {
            return false;
        }

        for (var i = 0; i < guarded.Length; i++)
        {
            if (!path.AsSpan(segments[i]).Equals(guarded[i], StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Without parameters, and what a second decoding would take for a query.</summary>
    private static Range Cut(string path, Range segment)
    {
        var end = path.AsSpan(segment).IndexOfAny(Ends);
        return end < 0 ? segment : segment.Start..(segment.Start.Value + end);
    }

    /// <summary>Without what file systems leave out at the end of a name.</summary>
    private static Range TrimEnd(string path, Range segment) => segment.Start..(segment.Start.Value + path.AsSpan(segment).TrimEnd(". ").Length);

    /// <summary>Of the absolute form, what follows the authority.</summary>
    private static string PathOf(string rawTarget)
    {
        var query = rawTarget.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? rawTarget : rawTarget[..query];
        if (path.StartsWith('/') || path.IndexOf("://", StringComparison.Ordinal) is not (> 0 and var scheme))
        {
            return path;
        }

        var start = path.IndexOf('/', scheme + 3);
        return start < 0 ? "/" : path[start..];
    }

    /// <summary>Until nothing is left to decode; null for what never ends.</summary>
    private static string? Decode(string path)
    {
        for (var i = 0; i < MostDecodings; i++)
        {
            if (!path.Contains('%', StringComparison.Ordinal) || Uri.UnescapeDataString(path) is not { } decoded || decoded.Length == path.Length)
            {
                return path;
            }

            path = decoded;
        }

        return null;
    }

    [GeneratedRegex("%[0-9A-Fa-f]{2}")]
    private static partial Regex Octet();
}
