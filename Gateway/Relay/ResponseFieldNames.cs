using AppProxy.Contracts.Frames;
using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Relay;

/// <summary>Which fields of an app's answer are for its client.</summary>
internal static class ResponseFieldNames
{
    /// <summary>
    /// Not those of the connection to the app; not what a proxy says to its own client (RFC 9110 section 11.7); and not Alt-Svc, which
    /// would send clients to ports of the gateway's host that are the app's own (RFC 7838 section 2).
    /// </summary>
    public static bool MayPass(string name) => name.Length switch
    {
        7 when Is(name, HeaderNames.AltSvc) => false,
        18 when Is(name, HeaderNames.ProxyAuthenticate) => false,
        25 when Is(name, "Proxy-Authentication-Info") => false,
        _ => !HopByHop.IsConnectionField(name),
    };

    private static bool Is(string name, string field) => name.Equals(field, StringComparison.OrdinalIgnoreCase);
}
