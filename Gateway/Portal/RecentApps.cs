using System.Security.Cryptography;
using AppProxy.Gateway.SignIn.Cookies;
using AppProxy.Gateway.SignIn.Sessions;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace AppProxy.Gateway.Portal;

/// <summary>Which apps a person opened last from here, in a cookie that only the same person's pages can read.</summary>
internal sealed class RecentApps(IDataProtectionProvider protection)
{
    private const char Separator = '\n';
    private const int Most = 8;
    private static readonly TimeSpan Life = TimeSpan.FromDays(90);

    private readonly IDataProtector _protector = protection.CreateProtector("AppProxy.Portal.Recent");

    /// <summary>Ids, the last one first.</summary>
    public IReadOnlyList<string> Read(HttpContext context, Session session)
    {
        try
        {
            return context.Request.Cookies[GatewayCookies.Recent(context.Request)] is { Length: > 0 } cookie
                ? System.Text.Encoding.UTF8.GetString(For(session).Unprotect(WebEncoders.Base64UrlDecode(cookie))).Split(Separator)
                : [];
        }
        catch (Exception made) when (made is CryptographicException or FormatException)
        {
            // Somebody else's, or made up.
            return [];
        }
    }

    public void Note(HttpContext context, Session session, string id)
    {
        var ids = Read(context, session).Where(other => other != id).Prepend(id).Take(Most);
        context.Response.Cookies.Append(
            GatewayCookies.Recent(context.Request),
            WebEncoders.Base64UrlEncode(For(session).Protect(System.Text.Encoding.UTF8.GetBytes(string.Join(Separator, ids)))),
            GatewayCookies.ForPending(context.Request, Life));
    }

    private IDataProtector For(Session session) => _protector.CreateProtector(session.User.Subject);
}
