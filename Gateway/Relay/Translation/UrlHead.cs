using System.Buffers;
using System.Text;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>The beginning of a URL that is not relative to its page: scheme and authority, or the slash of a path.</summary>
/// <remarks>What follows the URL may be at hand too: a character that no authority has ends it.</remarks>
internal readonly ref struct UrlHead
{
    private static readonly SearchValues<byte> NotOfAuthorities = SearchValues.Create(
        [.. Enumerable.Range(0, 0x80).Select(static octet => (byte)octet).Where(static octet => !char.IsAsciiLetterOrDigit((char)octet) && !"-._~:[]@%".Contains((char)octet, StringComparison.Ordinal))]);

    private UrlHead(UrlScheme scheme, ReadOnlySpan<byte> authority, int end)
    {
        Scheme = scheme;
        Authority = authority;
        End = end;
    }

    public UrlScheme Scheme { get; }

    /// <summary>Host and port; empty for a path.</summary>
    public ReadOnlySpan<byte> Authority { get; }

    /// <summary>Where the path begins.</summary>
    public int End { get; }

    public bool IsPath => Authority.IsEmpty;

    /// <summary>False for what is relative to its page, for other schemes, and for what carries a user's name.</summary>
    public static bool TryRead(ReadOnlySpan<byte> url, out UrlHead head)
    {
        head = default;
        if (url.IsEmpty || !TryReadScheme(url, out var scheme, out var start))
        {
            return false;
        }

        if (start == 0)
        {
            // Browsers take a backslash for a slash there.
            head = new UrlHead(UrlScheme.None, default, 0);
            return url.Length < 2 || url[1] != '\\';
        }

        var rest = url[start..];
        var length = rest.IndexOfAny(NotOfAuthorities) is var end and >= 0 ? end : rest.Length;
        if (length > 1 && rest[length - 1] == '.' && (length == rest.Length || rest[length] is not ((byte)'/' or (byte)'?' or (byte)'#')))
        {
            // The end of a sentence rather than of a name.
            length--;
        }

        var authority = rest[..length];
        head = new UrlHead(scheme, authority, start + length);
        return length > 0 && !authority.Contains((byte)'@');
    }

    /// <summary>Reads the authority as names are compared.</summary>
    /// <param name="text">As many characters as <see cref="Authority.MaxLength"/>.</param>
    public bool TryReadAuthority(scoped Span<char> text, out int length, out int? port)
    {
        length = 0;
        port = null;
        var authority = Authority.EndsWith(":"u8) ? Authority[..^1] : Authority;
        Span<char> characters = stackalloc char[Catalogue.Authority.MaxLength];
        if (authority.Length > characters.Length || Encoding.UTF8.GetChars(authority, characters) is not (> 0 and var count)
            || !Catalogue.Authority.TrySplit(characters[..count], out var host, out port)
            || !Catalogue.Authority.TryNormalize(Catalogue.Authority.Trim(host), 0, text, out length, out _))
        {
            return false;
        }

        return true;
    }

    private static bool TryReadScheme(ReadOnlySpan<byte> url, out UrlScheme scheme, out int end)
    {
        scheme = UrlScheme.None;
        end = 0;
        switch (url[0])
        {
            case (byte)'/':
                end = url.Length > 1 && url[1] == '/' ? 2 : 0;
                return true;
            case (byte)'h' or (byte)'H':
                (scheme, end) = Is(url, "https://"u8) ? (UrlScheme.Https, 8) : Is(url, "http://"u8) ? (UrlScheme.Http, 7) : default;
                return end > 0;
            case (byte)'w' or (byte)'W':
                (scheme, end) = Is(url, "wss://"u8) ? (UrlScheme.Wss, 6) : Is(url, "ws://"u8) ? (UrlScheme.Ws, 5) : default;
                return end > 0;
            default:
                return false;
        }
    }

    private static bool Is(ReadOnlySpan<byte> url, ReadOnlySpan<byte> scheme) => url.Length >= scheme.Length && Ascii.EqualsIgnoreCase(url[..scheme.Length], scheme);
}
