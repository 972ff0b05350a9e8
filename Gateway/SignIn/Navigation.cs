using AppProxy.Gateway.Pages;
using Microsoft.AspNetCore.Http.Features;

namespace AppProxy.Gateway.SignIn;

/// <summary>
/// Tells a person going to a page, who can be led to sign in, from everything else: scripts, images and API clients would take the
/// sign-in page for what they asked for.
/// </summary>
internal static class Navigation
{
    public static bool Is(HttpContext context)
    {
        var request = context.Request;
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } || HttpMethods.IsConnect(request.Method))
        {
            return false;
        }

        // Every browser of today says it, over TLS and to this machine (Fetch Metadata).
        var mode = request.Headers["Sec-Fetch-Mode"].ToString();
        return mode.Length > 0
            ? mode == "navigate"
            : request.Headers.XRequestedWith.Count == 0 && Problem.IsPageWanted(request);
    }

    /// <summary>Whether a real browser shows it to a person and runs scripts: then a fragment may be there that no server sees.</summary>
    public static bool IsInBrowser(HttpRequest request) => request.Headers["Sec-Fetch-Dest"].ToString() == "document";

    /// <summary>Whether a page of the same origin sent it, and no other.</summary>
    public static bool IsSameOrigin(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var origin = request.Headers.Origin.ToString();
        return (site.Length == 0 || site == "same-origin")
            && (origin.Length > 0 ? origin.Equals(RequestHost.OriginOf(request), StringComparison.OrdinalIgnoreCase) : site == "same-origin");
    }
}
