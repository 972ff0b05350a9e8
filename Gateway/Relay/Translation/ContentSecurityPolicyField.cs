using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>
/// Content-Security-Policy (CSP level 3 section 2.3): <c>default-src 'self' http://app:8080 *.corp.example; report-uri /r</c>. A source without a
/// path is an origin, at which several apps may be published: all of them are named then.
/// </summary>
internal static class ContentSecurityPolicyField
{
    /// <summary>In a field, and in an attribute, which may have lines.</summary>
    public const string Separators = " \t\r\n\f;,";

    private static readonly SearchValues<char> SeparatorValues = SearchValues.Create(Separators);

    /// <summary>Names that a policy may begin with (section 6, and what browsers know besides).</summary>
    private static readonly FrozenSet<string> Directives = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "base-uri", "block-all-mixed-content", "child-src", "connect-src", "default-src", "fenced-frame-src", "font-src", "form-action", "frame-ancestors", "frame-src", "img-src", "manifest-src",
        "media-src", "navigate-to", "object-src", "plugin-types", "prefetch-src", "report-to", "report-uri", "require-sri-for", "require-trusted-types-for", "script-src", "script-src-attr",
        "script-src-elem", "style-src", "style-src-attr", "style-src-elem", "trusted-types", "upgrade-insecure-requests", "worker-src");

    /// <summary>Whether a text looks like a policy: by the name it begins with.</summary>
    public static bool IsPolicy(ReadOnlySpan<char> value)
    {
        value = value.TrimStart(Separators);
        var end = value.IndexOfAny(SeparatorValues);
        return Directives.GetAlternateLookup<ReadOnlySpan<char>>().Contains(end < 0 ? value : value[..end])

            // This one is a word as well.
            || (value.StartsWith("sandbox", StringComparison.OrdinalIgnoreCase) && value["sandbox".Length..] is [';', ..] or [' ', 'a', 'l', 'l', 'o', 'w', '-', ..]);
    }

    public static string Translate(string value, UrlTranslation urls)
    {
        StringBuilder? text = null;
        var copied = 0;
        var place = new PolicyPlace();
        for (var at = 0; at < value.Length;)
        {
            var character = value[at];
            if (SeparatorValues.Contains(character))
            {
                place.Separate(character);
                at++;
                continue;
            }

            var end = value.AsSpan(at).IndexOfAny(SeparatorValues) is var length and >= 0 ? at + length : value.Length;
            var token = value[at..end];
            if (TranslateToken(token, ref place, urls) is var translated && !ReferenceEquals(translated, token))
            {
                (text ??= new StringBuilder()).Append(value, copied, at - copied).Append(translated);
                copied = end;
            }

            at = end;
        }

        return text is null ? value : text.Append(value, copied, value.Length - copied).ToString();
    }

    /// <summary>One name or source of a policy; the same object where it stays.</summary>
    /// <param name="place">Where in the policy it stands; moves on.</param>
    public static string TranslateToken(string token, ref PolicyPlace place, UrlTranslation urls)
    {
        if (place.IsName)
        {
            place = new PolicyPlace { IsName = false, IsSourceList = IsSourceList(token) };
            return token;
        }

        return TranslateToken(token, place.IsSourceList, urls);
    }

    private static bool IsSourceList(string directive)
        => directive.EndsWith("-src", StringComparison.OrdinalIgnoreCase) || directive.Contains("-src-", StringComparison.OrdinalIgnoreCase)
            || directive.ToLowerInvariant() is "frame-ancestors" or "form-action" or "base-uri" or "navigate-to";

    private static string TranslateToken(string token, bool isSourceList, UrlTranslation urls)
    {
        if (token[0] == '\'' || token[0] == '/' || !isSourceList)
        {
            // Only report-uri has a URL reference, which may be a path.
            return token[0] == '\'' ? token : urls.Translate(token);
        }

        var hasScheme = token.Contains("://", StringComparison.Ordinal);
        if (!hasScheme && (token.EndsWith(':') || token == "*"))
        {
            return token;
        }

        var url = hasScheme ? token : $"{urls.App.InternalUrl.Scheme}://{token}";
        var start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        if (url.IndexOf('/', start) is >= 0 and var slash && slash < url.Length - 1)
        {
            var translated = urls.Translate(url);
            if (!ReferenceEquals(translated, url))
            {
                return hasScheme ? translated : WithoutScheme(translated);
            }

            // Its path is not published whole: its host is.
            url = url[..slash];
        }

        var origins = ExternalOrigins.Find(url.TrimEnd('/'), urls);
        return origins.Count == 0 ? token : string.Join(' ', hasScheme ? origins : origins.Select(WithoutScheme));
    }

    private static string WithoutScheme(string url) => url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..];
}
