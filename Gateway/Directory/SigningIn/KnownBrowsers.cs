using System.Globalization;
using System.Security.Cryptography;
using AppProxy.Gateway.Relay;
using AppProxy.Gateway.SignIn;
using Microsoft.AspNetCore.DataProtection;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>
/// A sealed cookie of who signed in with a browser before. It opens nothing; it keeps its people from being locked out by somebody who fails elsewhere.
/// </summary>
internal sealed class KnownBrowsers(IDataProtectionProvider protection, GatewayOrigin origin)
{
    private const int MostUsers = 8;
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);

    private readonly IDataProtector _protector = protection.CreateProtector("AppProxy.Directory.Browser");
    private readonly bool _isHttps = origin.Url.Scheme == Uri.UriSchemeHttps;

    private string CookieName => (_isHttps ? OwnCookies.HostPrefix : "") + OwnCookies.Prefix + "Directory-Browser";

    /// <summary>The browser's id, if <paramref name="userId"/> signed in there before.</summary>
    public string? Find(HttpRequest request, string? userId) => userId is not null && Read(request) is [var id, .. var users] && users.Contains(userId) ? id : null;

    /// <summary>The browser's id, if anybody signed in there before.</summary>
    public string? Find(HttpRequest request) => Read(request) is [var id, ..] ? id : null;

    public void Remember(HttpContext context, string userId)
    {
        var known = Read(context.Request);
        var id = known is [var first, ..] ? first : Guid.NewGuid().ToString("n", CultureInfo.InvariantCulture);
        var users = known.Skip(1).Where(other => other != userId).Prepend(userId).Take(MostUsers);
        context.Response.Cookies.Append(
            CookieName,
            _protector.Protect(string.Join(' ', [id, .. users])),
            new CookieOptions { Path = "/", HttpOnly = true, Secure = _isHttps, SameSite = SameSiteMode.Lax, MaxAge = Lifetime, IsEssential = true });
    }

    private string[] Read(HttpRequest request)
    {
        try
        {
            return request.Cookies[CookieName] is { Length: > 0 } cookie ? _protector.Unprotect(cookie).Split(' ') : [];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }
}
