using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay;
using AppProxy.Gateway.SignIn.Cookies;

namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>Finds the session of a request by its cookie.</summary>
internal sealed class SessionReader(SessionRegistry sessions)
{
    /// <summary>More cookies of one name than this are somebody's play.</summary>
    private const int MostCookies = 4;

    /// <summary>The session, if it is in memory and not over, as used now: the way of nearly every request.</summary>
    public Session? FindNow(HttpRequest request, PublishedApp? app)
    {
        var cookie = OwnCookies.FindFirst(request.Headers.Cookie, GatewayCookies.Session(request, app?.IsSecureCookieEnabled ?? true));
        return TokenHash.TryCompute(cookie, out var token)
            && Authority.TrySplit(request.Host.Value, out var host, out _)
            && sessions.TryGet(token, Ascii.IsValid(host) ? Authority.Trim(host) : RequestHost.Of(request).AsSpan(), out var session)
            && session.TryTouch()
            ? session
            : null;
    }

    /// <summary>The session, asking the storage for it; one that is over where there is no other.</summary>
    public async ValueTask<Session?> FindAsync(HttpRequest request, PublishedApp? app, CancellationToken cancellationToken)
    {
        Session? over = null;
        var host = RequestHost.Of(request);
        foreach (var cookie in OwnCookies.Find(request.Headers.Cookie, GatewayCookies.Session(request, app?.IsSecureCookieEnabled ?? true)).Take(MostCookies))
        {
            var session = await sessions.FindAsync(cookie, host, cancellationToken);
            if (session is { IsOver: false })
            {
                return session;
            }

            over ??= session;
        }

        return over;
    }
}
