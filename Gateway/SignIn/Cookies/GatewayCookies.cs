using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay;

namespace AppProxy.Gateway.SignIn.Cookies;

/// <summary>The gateway's cookies: each for one host alone. Over TLS their names say so, and browsers hold everybody to it.</summary>
internal static class GatewayCookies
{
    private const string SessionName = OwnCookies.Prefix + "Session";
    private const string SecureSessionName = OwnCookies.HostPrefix + SessionName;
    private const string PendingName = OwnCookies.Prefix + "Pending-";
    private const string SecurePendingName = OwnCookies.HostPrefix + PendingName;

    /// <summary>Digits of the id of a sign-in under way: when it is over, and what nobody guesses.</summary>
    public const int PendingIdLength = 12 + 16;

    /// <summary>The name of the session's cookie on a host of that scheme, for an app that lets it be Secure.</summary>
    public static string Session(HttpRequest request, bool isSecure = true) => request.IsHttps && isSecure ? SecureSessionName : SessionName;

    /// <summary>Which apps a person opened last; on the gateway's own host only.</summary>
    public static string Recent(HttpRequest request) => (request.IsHttps ? OwnCookies.HostPrefix : "") + OwnCookies.Prefix + "Recent";

    /// <summary>What a browser holds for one sign-in that is under way.</summary>
    public static string Pending(HttpRequest request, string id) => (request.IsHttps ? SecurePendingName : PendingName) + id;

    /// <summary>Cookies of sign-ins under way that a request shows, so that they do not pile up. A long one comes in parts: <c>…C1</c>, <c>…C2</c>.</summary>
    public static IEnumerable<(string Id, string Name)> PendingIn(HttpRequest request)
    {
        var prefix = request.IsHttps ? SecurePendingName : PendingName;
        foreach (var name in request.Cookies.Keys)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                var rest = name[prefix.Length..];
                yield return (rest.Length > PendingIdLength ? rest[..PendingIdLength] : rest, name);
            }
        }
    }

    /// <summary>Flags of the session's cookie on the host of an app; without an app, on the gateway's own.</summary>
    public static CookieOptions ForSession(HttpRequest request, PublishedApp? app, TimeSpan lifetime) => new()
    {
        Path = "/",
        HttpOnly = app?.IsHttpOnlyCookieEnabled ?? true,
        Secure = request.IsHttps && (app?.IsSecureCookieEnabled ?? true),
        SameSite = SameSiteMode.Lax,
        MaxAge = app?.IsPersistentCookieEnabled == true ? lifetime : null,
        IsEssential = true,
    };

    public static CookieOptions ForPending(HttpRequest request, TimeSpan lifetime) => new()
    {
        Path = "/",
        HttpOnly = true,
        Secure = request.IsHttps,
        SameSite = SameSiteMode.Lax,
        MaxAge = lifetime,
        IsEssential = true,
    };
}
