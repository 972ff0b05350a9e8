namespace AppProxy.Gateway.Relay.Translation;

/// <summary>Refresh, and HTML's element for it (HTML section 4.2.5.3): <c>5; url='http://app/a'</c>.</summary>
internal static class RefreshField
{
    public static string Translate(string value, UrlTranslation urls)
    {
        Span<byte> head = stackalloc byte[Math.Min(value.Length, 256)];
        System.Text.Encoding.Latin1.GetBytes(value.AsSpan(0, head.Length), head);
        if (!TryFindUrl(head, out var start))
        {
            return value;
        }

        var url = value[start..];
        var translated = urls.Translate(url);
        return ReferenceEquals(url, translated) ? value : string.Concat(value.AsSpan(0, start), translated);
    }

    /// <summary>Where the URL begins: behind the time, a separator, "url=" and a quote, if there is one.</summary>
    public static bool TryFindUrl(ReadOnlySpan<byte> value, out int start)
    {
        start = SkipSpace(value, 0);
        var digits = start;
        while (start < value.Length && (char.IsAsciiDigit((char)value[start]) || value[start] == '.'))
        {
            start++;
        }

        if (start == digits)
        {
            return false;
        }

        start = SkipSpace(value, start);
        if (start == value.Length || value[start] is not ((byte)';' or (byte)','))
        {
            return false;
        }

        start = SkipSpace(value, start + 1);
        if (value.Length - start < 3 || !System.Text.Ascii.EqualsIgnoreCase(value.Slice(start, 3), "url"u8))
        {
            return false;
        }

        start = SkipSpace(value, start + 3);
        if (start == value.Length || value[start] != '=')
        {
            return false;
        }

        start = SkipSpace(value, start + 1);
        start += start < value.Length && value[start] is (byte)'"' or (byte)'\'' ? 1 : 0;
        return start < value.Length;
    }

    private static int SkipSpace(ReadOnlySpan<byte> value, int at)
    {
        while (at < value.Length && value[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\f' or (byte)'\r')
        {
            at++;
        }

        return at;
    }
}
