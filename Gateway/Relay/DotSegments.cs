namespace AppProxy.Gateway.Relay;

/// <summary>
/// Segments <c>.</c> and <c>..</c> of a raw path (RFC 3986 section 3.3), as the most generous app could read them: escaped, with
/// <c>%2F</c>, <c>\</c> or <c>%5C</c> for a slash, with parameters behind (<c>..;a=1</c>), with several slashes for one.
/// </summary>
internal static class DotSegments
{
    /// <summary>Whether they lead above the path's beginning, at its end or on the way.</summary>
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

    private static bool MayHave(ReadOnlySpan<char> path) =>
        path.Contains('.') || path.Contains("%2e", StringComparison.OrdinalIgnoreCase);

    private static bool Walk(ReadOnlySpan<char> path, out bool found)
    {
        found = false;
        var depth = 0;
        ReadOnlySpan<char> decoded = Uri.UnescapeDataString(path);
        foreach (var range in decoded.SplitAny('/', '\\'))
        {
            var segment = decoded[range];
            var parameters = segment.IndexOf(';');
            if (parameters >= 0)
            {
                segment = segment[..parameters];
            }

            switch (segment)
            {
                case "..":
                    found = true;
                    if (--depth < 0)
                    {
                        return true;
                    }

                    break;
                case ".":
                    found = true;
                    break;
                case "" when parameters < 0:
                    // An app that takes two slashes for one does not count it.
                    break;
                default:
                    depth++;
                    break;
            }
        }

        return false;
    }
}
