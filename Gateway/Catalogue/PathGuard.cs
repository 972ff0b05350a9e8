using System.Buffers;
using System.Text.RegularExpressions;

namespace AppProxy.Gateway.Catalogue;

/// <summary>
/// The apps that ask for sign-in on another app's host. A path is matched as it stands; the back end that they may share can take it for another: without
/// regard to case, escapes decoded twice, IIS's <c>%u002F</c> or octets that are not UTF-8 decoded, <c>%2F</c> and <c>\</c> for slashes, several slashes for one, what follows a <c>;</c> left out, dots and spaces at the end as
/// well, <c>..</c> resolved. By none of that may one of theirs be had through the other app. A request pays for it only on such a host.
/// </summary>
internal sealed partial class PathGuard
{
    private const int MostDecodings = 4;

    private static readonly SearchValues<char> Separators = SearchValues.Create("/\\");
    private static readonly SearchValues<char> Ends = SearchValues.Create(";?#");

    private readonly string[][] _paths;
    private readonly int _deepest;
    private readonly bool _isAscii;

    private PathGuard(string[][] paths)
    {
        _paths = paths;
        _deepest = paths.Length == 0 ? 0 : paths.Max(static path => path.Length);
        _isAscii = paths.All(static path => path.All(static segment => System.Text.Ascii.IsValid(segment)));
    }

    /// <param name="paths">Decoded, as published, of the other apps.</param>
    /// <param name="own">Of the app that is looked at. What covers it can be had only by dots that lead out of it.</param>
    /// <returns>Null where there is nothing to guard.</returns>
    public static PathGuard? Of(IEnumerable<string> paths, string own)
    {
        var all = paths.ToList();

        // What nothing is left of, such as "//" or "/;a/", would be everything: it too can be had only by dots.
        return all.Count > 0
            ? new PathGuard([.. all.Where(path => !own.StartsWith(path, StringComparison.OrdinalIgnoreCase)).Select(ReadAll).Where(static path => path.Length > 0)])
            : null;
    }

    public static PathGuard? Both(PathGuard? one, PathGuard? other) => one is null ? other : other is null ? one : new PathGuard([.. one._paths, .. other._paths]);

    /// <summary>Whether a back end could take the target of a request for one of the guarded apps', or for who knows what.</summary>
    /// <param name="rawTarget">As the client sent it, of a request that was matched to the other app.</param>
    public bool IsInDoubt(string rawTarget)
    {
        if (Decode(PathOf(rawTarget)) is not { } path || IsUnclear(path))
        {
            return true;
        }

        Span<Range> first = _deepest <= 16 ? stackalloc Range[16] : new Range[_deepest];
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
            if (count < _deepest && segment.Start.Value < segment.End.Value)
            {
                first[count++] = segment;
            }
        }

        foreach (var guarded in _paths)
        {
            if (IsBelow(path, first[..count], guarded))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether there is left what only some back ends decode. An octet that is not UTF-8 is no ASCII character in whatever else it is.</summary>
    private bool IsUnclear(string path) => path.Contains('%', StringComparison.Ordinal) && (WideEscapes.Contains(path) || (!_isAscii && Octet().IsMatch(path)));

    private static bool IsBelow(string path, ReadOnlySpan<Range> segments, string[] guarded)
    {
        if (segments.Length < guarded.Length)
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

    private static string[] ReadAll(string path)
    {
        var segments = new List<string>();
        foreach (var range in path.AsSpan().SplitAny(Separators))
        {
            var segment = path[TrimEnd(path, Cut(path, range))];
            if (segment.Length > 0)
            {
                segments.Add(segment);
            }
        }

        return [.. segments];
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
