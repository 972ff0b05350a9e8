namespace AppProxy.Gateway.Relay.Translation;

/// <summary>Compares a URL's path, escapes and all, with a decoded prefix on segment boundaries.</summary>
internal static class PathPrefix
{
    /// <summary>Whether the path begins with the prefix; an empty one is every path's.</summary>
    /// <param name="path">What follows the authority, up to the URL's end or further.</param>
    /// <param name="prefix">As <see cref="InternalRoute.Prefix"/>.</param>
    /// <param name="length">How much of the path that is.</param>
    public static bool TryTake(ReadOnlySpan<byte> path, string prefix, out int length)
    {
        length = 0;
        foreach (var expected in prefix)
        {
            if (length >= path.Length || Decode(path, ref length) != expected)
            {
                return false;
            }
        }

        return prefix.Length == 0 || length == path.Length || EndsSegment(path[length]);
    }

    /// <summary>Decodes segments into <paramref name="decoded"/>, and tells for each depth where it ends there and in the path; returns how many.</summary>
    public static int Segments(ReadOnlySpan<byte> path, Span<char> decoded, Span<int> decodedEnds, Span<int> ends)
    {
        var depth = 0;
        var count = 0;
        var at = 0;
        while (depth < ends.Length)
        {
            if (at > 0 && (at == path.Length || EndsSegment(path[at])))
            {
                decodedEnds[depth] = count;
                ends[depth++] = at;
            }

            if (at == path.Length || count == decoded.Length || (path[at] != '/' && EndsSegment(path[at])) || (at == 0 && path[at] != '/'))
            {
                break;
            }

            decoded[count++] = Decode(path, ref at);
        }

        return depth;
    }

    private static bool EndsSegment(byte octet) => octet is (byte)'/' or (byte)'?' or (byte)'#';

    private static char Decode(ReadOnlySpan<byte> path, ref int at)
    {
        var octet = path[at++];
        if (octet == '%' && at + 1 < path.Length && char.IsAsciiHexDigit((char)path[at]) && char.IsAsciiHexDigit((char)path[at + 1]))
        {
            octet = (byte)((Value(path[at]) << 4) | Value(path[at + 1]));
            at += 2;
        }

        return (char)octet;
    }

    private static int Value(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
