using System.Text;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>
/// Set-Cookie (RFC 6265 section 4.1): domain and path as the client knows them, Secure where the app is only had by https, and not where the client
/// has it by http. Everything else stays.
/// </summary>
internal static class SetCookieField
{
    /// <summary>The value as the client gets it; null for a name of ours.</summary>
    public static string? Translate(string value, UrlTranslation urls)
    {
        var first = value.IndexOf(';', StringComparison.Ordinal) is var semicolon and >= 0 ? semicolon : value.Length;
        var name = value.AsSpan(0, first);
        name = (name.IndexOf('=') is var equals and >= 0 ? name[..equals] : name).Trim();
        if (OwnCookies.IsOurs(name))
        {
            return null;
        }

        var text = new StringBuilder(value.Length + 16).Append(value, 0, first);
        var isSecure = false;

        // A browser refuses a secure cookie that comes by http: the app's word for it is about TLS that its clients do not have.
        var isBared = urls.IsPlain && !name.StartsWith("__Host-", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("__Secure-", StringComparison.OrdinalIgnoreCase);
        for (var at = first; at < value.Length;)
        {
            var end = value.IndexOf(';', at + 1) is var next and >= 0 ? next : value.Length;
            var attribute = value.AsSpan(at + 1, end - at - 1);
            var (key, said) = Split(attribute);
            if (key.Equals("Domain", StringComparison.OrdinalIgnoreCase))
            {
                AppendDomain(text, attribute, said, urls);
            }
            else if (key.Equals("Path", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("__Host-", StringComparison.OrdinalIgnoreCase))
            {
                AppendPath(text, attribute, said, urls);
            }
            else if (!isBared || !NeedsTls(key, said))
            {
                isSecure |= key.Equals("Secure", StringComparison.OrdinalIgnoreCase);
                text.Append(';').Append(attribute);
            }

            at = end;
        }

        if (!isSecure && IsHttpsOnly(urls.App))
        {
            text.Append("; Secure");
        }

        return text.Length == value.Length && text.Equals(value) ? value : text.ToString();
    }

    /// <summary>Secure, and what a browser takes only with it.</summary>
    private static bool NeedsTls(string key, string said)
        => key.Equals("Secure", StringComparison.OrdinalIgnoreCase) || key.Equals("Partitioned", StringComparison.OrdinalIgnoreCase)
            || (key.Equals("SameSite", StringComparison.OrdinalIgnoreCase) && said.Equals("None", StringComparison.OrdinalIgnoreCase));

    /// <summary>An app that is also had by http needs its cookies there too.</summary>
    private static bool IsHttpsOnly(PublishedApp app)
    {
        if (app.ExternalScheme != Uri.UriSchemeHttps || app.AlternateUrl is { } alternate && alternate.Scheme != Uri.UriSchemeHttps)
        {
            return false;
        }

        foreach (var segment in app.Segments)
        {
            if (segment.ExternalUrl.Scheme != Uri.UriSchemeHttps)
            {
                return false;
            }
        }

        return true;
    }

    private static void AppendDomain(StringBuilder text, ReadOnlySpan<char> attribute, ReadOnlySpan<char> said, UrlTranslation urls)
    {
        var domain = Authority.Normalize(said.TrimStart('.').ToString());
        var internalUrl = urls.App.InternalUrl;
        var internalHost = internalUrl.IsWildcard ? $"{urls.Star}.{internalUrl.Host}" : internalUrl.Host;
        if (domain == internalHost && domain != urls.ExternalHost)
        {
            text.Append("; Domain=").Append(urls.ExternalHost);
        }
        else if (!IsBelow(urls.ExternalHost, domain) && !IsBelow(internalHost, domain))
        {
            // The client's host itself; or nothing of the app's, which the browser refuses.
            text.Append(';').Append(attribute);
        }

        // Else above the app's host, where other apps are: without a domain the cookie is the host's own.
    }

    private static bool IsBelow(string host, string domain)
        => domain.Length == 0 || (host.Length > domain.Length && host.EndsWith(domain, StringComparison.Ordinal) && host[^(domain.Length + 1)] == '.');

    private static void AppendPath(StringBuilder text, ReadOnlySpan<char> attribute, ReadOnlySpan<char> said, UrlTranslation urls)
    {
        Span<byte> path = said.Length <= 512 ? stackalloc byte[said.Length] : new byte[said.Length];
        Encoding.Latin1.GetBytes(said, path);
        if (urls.ArePathsTheSame || said is not ['/', ..] || said is "/" && urls.InternalPrefix.Length > 0 || IsExternal(path, urls))
        {
            // A cookie for all of the internal host is one for all of the external one.
            text.Append(';').Append(attribute);
            return;
        }

        var isInternal = PathPrefix.TryTake(path, urls.InternalPrefix, out var length);
        if (!isInternal && !urls.InternalPrefix.StartsWith(said.TrimEnd('/').ToString() + "/", StringComparison.Ordinal))
        {
            text.Append(';').Append(attribute);
            return;
        }

        // Below the app's path, or above it: then it is for all of the app.
        var rest = isInternal ? said[length..] : default;
        var prefix = Encoding.ASCII.GetString(urls.TargetPrefix);
        text.Append("; Path=").Append(prefix).Append(rest is "/" && prefix.Length > 0 ? default : rest);
        if (prefix.Length == 0 && rest.IsEmpty)
        {
            text.Append('/');
        }
    }

    /// <summary>An app that was told its external path may say it itself.</summary>
    private static bool IsExternal(ReadOnlySpan<byte> path, UrlTranslation urls)
        => urls.ExternalPrefix.Length > urls.InternalPrefix.Length && PathPrefix.TryTake(path, urls.ExternalPrefix, out _);

    private static (string Key, string Value) Split(ReadOnlySpan<char> attribute)
        => attribute.IndexOf('=') is var equals and >= 0
            ? (attribute[..equals].Trim().ToString(), attribute[(equals + 1)..].Trim().ToString())
            : (attribute.Trim().ToString(), "");
}
