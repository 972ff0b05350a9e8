namespace AppProxy.Tests.EndToEnd.SignIn;

/// <summary>A cookie as a browser keeps it (RFC 6265bis).</summary>
internal sealed record BrowserCookie(string Name, string Value, string Host, bool IsHostOnly, bool IsSecure, bool IsHttpOnly, string SameSite, string Path, bool IsPersistent)
{
    public static BrowserCookie? Parse(string field, Uri from, out bool isGone)
    {
        isGone = false;
        var parts = field.Split(';', StringSplitOptions.TrimEntries);
        var pair = parts[0].Split('=', 2);
        var attributes = parts[1..].Select(static part => part.Split('=', 2)).ToLookup(static part => part[0].ToLowerInvariant(), static part => part.Length > 1 ? part[1] : "");
        string? Attribute(string name) => attributes.Contains(name) ? attributes[name].Last() : null;
        var domain = Attribute("domain")?.TrimStart('.');
        var cookie = new BrowserCookie(
            pair[0], pair[1], domain ?? from.Host, domain is null, attributes.Contains("secure"), attributes.Contains("httponly"), Attribute("samesite") ?? "lax", Attribute("path") ?? "/",
            attributes.Contains("max-age") || attributes.Contains("expires"));
        isGone = Attribute("max-age") == "0" || (Attribute("expires") is { } expires && DateTimeOffset.Parse(expires, System.Globalization.CultureInfo.InvariantCulture).Year < 2000);
        var isAllowed = (cookie.IsHostOnly || from.Host == cookie.Host || from.Host.EndsWith("." + cookie.Host, StringComparison.Ordinal))
            && (!cookie.IsSecure || from.Scheme == "https")
            && (!cookie.Name.StartsWith("__Host-", StringComparison.OrdinalIgnoreCase) || (cookie is { IsHostOnly: true, IsSecure: true, Path: "/" }));
        return isAllowed ? cookie : null;
    }

    public bool IsFor(Uri url, bool isCrossSite, bool isSafeNavigation) =>
        (IsHostOnly ? url.Host == Host : url.Host == Host || url.Host.EndsWith("." + Host, StringComparison.Ordinal))
        && (!IsSecure || url.Scheme == "https")
        && url.AbsolutePath.StartsWith(Path, StringComparison.Ordinal)
        && (!isCrossSite || SameSite.Equals("none", StringComparison.OrdinalIgnoreCase) || (isSafeNavigation && SameSite.Equals("lax", StringComparison.OrdinalIgnoreCase)));
}
