using System.Text;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>
/// Content-Security-Policy (CSP level 3 section 2.3): <c>default-src 'self' http://app:8080 *.corp.example; report-uri /r</c>. A source without a
/// path is an origin, at which several apps may be published: all of them are named then.
/// </summary>
internal static class ContentSecurityPolicyField
{
    public static string Translate(string value, UrlTranslation urls)
    {
        StringBuilder? text = null;
        var copied = 0;
        var isSourceList = false;
        var isFirst = true;
        for (var at = 0; at < value.Length;)
        {
            var character = value[at];
            if (character is ' ' or '\t' or ';' or ',')
            {
                isFirst |= character is ';' or ',';
                at++;
                continue;
            }

            var end = value.AsSpan(at).IndexOfAny(" \t;,") is var length and >= 0 ? at + length : value.Length;
            var token = value[at..end];
            if (isFirst)
            {
                isSourceList = IsSourceList(token);
                isFirst = false;
            }
            else if (TranslateToken(token, isSourceList, urls) is var translated && !ReferenceEquals(translated, token))
            {
                (text ??= new StringBuilder()).Append(value, copied, at - copied).Append(translated);
                copied = end;
            }

            at = end;
        }

        return text is null ? value : text.Append(value, copied, value.Length - copied).ToString();
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
