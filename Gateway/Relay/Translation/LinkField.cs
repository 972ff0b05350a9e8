using System.Text;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>Link (RFC 8288 section 3): <c>&lt;http://app/a&gt;; rel="preload", &lt;/b&gt;; rel=next</c>.</summary>
internal static class LinkField
{
    public static string Translate(string value, UrlTranslation urls) => TranslateBetween(value, '<', '>', urls);

    /// <summary>Translates what stands between two characters; quoted text, which may have them too, is passed over where they are not quotes themselves.</summary>
    public static string TranslateBetween(string value, char open, char close, UrlTranslation urls)
    {
        StringBuilder? text = null;
        var copied = 0;
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '"' && open != '"')
            {
                i = EndOfQuoted(value, i);
                continue;
            }

            if (value[i] != open || value.IndexOf(close, i + 1) is not (> 0 and var end))
            {
                continue;
            }

            var url = value[(i + 1)..end];
            if (urls.Translate(url) is var translated && !ReferenceEquals(translated, url))
            {
                (text ??= new StringBuilder()).Append(value, copied, i + 1 - copied).Append(translated);
                copied = end;
            }

            i = end;
        }

        return text is null ? value : text.Append(value, copied, value.Length - copied).ToString();
    }

    private static int EndOfQuoted(string value, int start)
    {
        for (var i = start + 1; i < value.Length; i++)
        {
            if (value[i] == '"')
            {
                return i;
            }

            i += value[i] == '\\' ? 1 : 0;
        }

        return value.Length;
    }
}
