using System.Buffers;
using System.Text;

namespace AppProxy.Gateway.Relay.Translation.Bodies;

/// <summary>Judges links by their beginning, and writes what takes its place.</summary>
internal sealed class LinkRewriter(UrlTranslation urls)
{
    private byte[] _plain = [];
    private int[] _offsets = [];

    public UrlTranslation Urls => urls;

    /// <summary>As much as must be seen of a link whose end is not: scheme, authority and the longest path, each character escaped.</summary>
    public int MostSeen { get; } = 1024 + (6 * urls.Map.LongestPath);

    /// <summary>Looks at a link, and writes its new beginning if it is one of ours.</summary>
    /// <param name="link">From its first octet.</param>
    /// <param name="isWhole">Whether its end is there too.</param>
    /// <param name="escapes">How it may be written.</param>
    /// <param name="paths">Whether a path alone is a link.</param>
    /// <param name="length">How many octets gave way: 0 where something was put ahead of it.</param>
    public LinkOutcome Rewrite(ReadOnlySpan<byte> link, bool isWhole, LinkEscapes escapes, PathLinks paths, IBufferWriter<byte> output, out int length)
    {
        length = 0;
        if (!MayBeOurs(link, escapes, paths))
        {
            return link.IsEmpty && !isWhole ? LinkOutcome.Undecided : LinkOutcome.Stays;
        }

        if (!isWhole && link.Length < MostSeen)
        {
            return LinkOutcome.Undecided;
        }

        link = link[..Math.Min(link.Length, MostSeen)];
        var isEscaped = escapes != LinkEscapes.None && link.Contains(escapes == LinkEscapes.References ? (byte)'&' : (byte)'\\');
        var plain = isEscaped ? Unescape(link, escapes) : link;
        if ((paths != PathLinks.All && IsPath(plain) && !(paths == PathLinks.Own && PathPrefix.TryTake(plain, urls.InternalPrefix, out _))) || !urls.TryFind(plain, out var found, out var replacement))
        {
            return LinkOutcome.Stays;
        }

        length = isEscaped ? _offsets[found] : found;
        if (escapes == LinkEscapes.Slashes && link[..length].Contains((byte)'\\'))
        {
            output.Write(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(replacement.Span).Replace("/", "\\/", StringComparison.Ordinal)));
        }
        else
        {
            output.Write(replacement.Span);
        }

        return LinkOutcome.Replaced;
    }

    private static bool IsPath(ReadOnlySpan<byte> link) => link is [(byte)'/'] or [(byte)'/', not (byte)'/', ..];

    /// <summary>Tells most links that are none of ours from their first octets.</summary>
    private bool MayBeOurs(ReadOnlySpan<byte> link, LinkEscapes escapes, PathLinks paths)
    {
        if (link.IsEmpty)
        {
            return false;
        }

        switch (link[0])
        {
            case (byte)'/':
                return link.Length == 1 || link[1] is (byte)'/' or (byte)'\\' or (byte)'&' || (paths != PathLinks.None && !urls.ArePathsTheSame);
            case (byte)'&':
                return escapes == LinkEscapes.References;
            case (byte)'\\':
                return escapes == LinkEscapes.Slashes;
            case (byte)'h' or (byte)'H':
                return Begins(link, "http"u8) && (link.Length < 5 || link[4] is (byte)':' or (byte)'s' or (byte)'S' or (byte)'&');
            case (byte)'w' or (byte)'W':
                return Begins(link, "ws"u8) && (link.Length < 3 || link[2] is (byte)':' or (byte)'s' or (byte)'S' or (byte)'&');
            default:
                return false;
        }
    }

    private static bool Begins(ReadOnlySpan<byte> link, ReadOnlySpan<byte> scheme)
    {
        var length = Math.Min(link.Length, scheme.Length);
        return Ascii.EqualsIgnoreCase(link[..length], scheme[..length]);
    }

    /// <summary>Undoes escapes up to the first that no beginning of ours has, and keeps where each octet was.</summary>
    private ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> link, LinkEscapes escapes)
    {
        if (_plain.Length < link.Length)
        {
            _plain = new byte[MostSeen];
            _offsets = new int[MostSeen + 1];
        }

        var count = 0;
        var at = 0;
        while (at < link.Length)
        {
            var octet = link[at];
            var length = 1;
            if (escapes == LinkEscapes.Slashes && octet == '\\')
            {
                if (at + 1 == link.Length || link[at + 1] != '/')
                {
                    break;
                }

                (octet, length) = ((byte)'/', 2);
            }
            else if (escapes == LinkEscapes.References && octet == '&' && CharacterReference.TryRead(link[at..], out var character, out var read))
            {
                if (character is (byte)'"' or (byte)'\'')
                {
                    break;
                }

                (octet, length) = (character, read);
            }

            _offsets[count] = at;
            _plain[count++] = octet;
            at += length;
        }

        _offsets[count] = at;
        return _plain.AsSpan(0, count);
    }
}
