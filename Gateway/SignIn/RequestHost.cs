using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.SignIn;

/// <summary>The host that a request came to, as cookies are bound to it.</summary>
internal static class RequestHost
{
    /// <summary>Lower case, without port and trailing dot: browsers keep cookies by host, whatever the port.</summary>
    public static string Of(HttpRequest request) => Authority.TrySplit(request.Host.Value, out var host, out _) ? Authority.Normalize(host.ToString()) : "";

    /// <summary>Scheme and authority, as browsers write them in Origin and as they may stand in Location: a name beyond ASCII in its ASCII form.</summary>
    public static string OriginOf(HttpRequest request) => $"{request.Scheme}://{request.Host.ToUriComponent()}";
}
