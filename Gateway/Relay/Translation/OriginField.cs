using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>Access-Control-Allow-Origin, and lists like it: origins, a star, or null.</summary>
internal static class OriginField
{
    public static string Translate(string value, UrlTranslation urls)
    {
        if (!value.Contains("://", StringComparison.Ordinal))
        {
            return value;
        }

        var origins = value.Split(',', StringSplitOptions.TrimEntries);
        return string.Join(", ", origins.Select(origin => TranslateOne(origin, urls)));
    }

    private static string TranslateOne(string origin, UrlTranslation urls)
    {
        // The app echoes what we made of the client's.
        if (urls.ClientOrigin.Length > 0
            && string.Equals(origin, RequestUrls.TranslateOrigin(urls.ClientOrigin, urls.Map.Catalogue, urls.App), StringComparison.OrdinalIgnoreCase))
        {
            return urls.ClientOrigin;
        }

        return ExternalOrigins.Find(origin, urls) is [var first, ..] ? first : origin;
    }
}
