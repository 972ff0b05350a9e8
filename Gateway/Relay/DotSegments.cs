using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay;

/// <summary>
/// Segments <c>.</c> and <c>..</c> of a raw path (RFC 3986 section 3.3), whichever way an app reads it: escapes decoded or not, IIS's <c>%u002e</c>
/// among them, <c>%2F</c>, <c>\</c> and <c>%5C</c> taken for slashes or not, parameters behind (<c>..;a=1</c>), several slashes for one.
/// </summary>
internal static class DotSegments
{
    /// <summary>Whether they lead above the path's beginning, at its end or on the way, for any app.</summary>
    public static bool Leave(ReadOnlySpan<char> path) => MayHave(path) && Walk(path, out _);

    /// <summary>Whether there is any.</summary>
    public static bool Contains(ReadOnlySpan<char> path)
    {
        if (!MayHave(path))
        {
            return false;
        }

        return Walk(path, out var found) || found;
    }

    private static bool MayHave(ReadOnlySpan<char> path) => path.Contains("/.", StringComparison.Ordinal) || path.ContainsAny('%', '\\');

    private static bool Walk(ReadOnlySpan<char> path, out bool found)
    {
        found = false;
        var depth = 0;
        foreach (var range in path.Split('/'))
        {
            ReadOnlySpan<char> segment = path[range].Contains('%') ? WideEscapes.Decode(Uri.UnescapeDataString(path[range])) : path[range];

            // What only some apps take for several segments counts as one when it leads down, and as several when it leads up.
            var isDown = false;
            foreach (var part in segment.SplitAny('/', '\\'))
            {
                var name = segment[part];
                name = name.IndexOf(';') is var parameters and >= 0 ? name[..parameters] : name;
                switch (name)
                {
                    case "..":
                        found = true;
                        isDown = false;
                        if (--depth < 0)
                        {
                            return true;
                        }

                        break;
                    case ".":
                        found = true;
                        break;
                    case "":
                        break;
                    default:
                        depth += isDown ? 0 : 1;
                        isDown = true;
                        break;
                }
            }
        }

        return false;
    }
}
