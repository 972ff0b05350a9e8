using Microsoft.Net.Http.Headers;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>Fields of an answer that may hold internal URLs, hosts or paths ⇒ as clients know them.</summary>
internal static class ResponseFieldTranslation
{
    private const string Refresh = "Refresh";
    private const string TimingAllowOrigin = "Timing-Allow-Origin";
    private const string ServiceWorkerAllowed = "Service-Worker-Allowed";
    private const string SourceMap = "SourceMap";
    private const string ReportingEndpoints = "Reporting-Endpoints";

    /// <summary>Whether the field is one of them.</summary>
    public static bool Concerns(string name) => name.Length switch
    {
        4 => Is(name, HeaderNames.Link),
        7 => Is(name, Refresh),
        8 => Is(name, HeaderNames.Location),
        9 => Is(name, SourceMap),
        10 => Is(name, HeaderNames.SetCookie),
        16 => Is(name, HeaderNames.ContentLocation),
        19 => Is(name, TimingAllowOrigin) || Is(name, ReportingEndpoints),
        22 => Is(name, ServiceWorkerAllowed),
        23 => Is(name, HeaderNames.ContentSecurityPolicy),
        27 => Is(name, HeaderNames.AccessControlAllowOrigin),
        35 => Is(name, HeaderNames.ContentSecurityPolicyReportOnly),
        _ => false,
    };

    /// <summary>The value as the client gets it; null where it must not get the field.</summary>
    public static string? Translate(string name, string value, UrlTranslation urls) => name.Length switch
    {
        4 => LinkField.Translate(value, urls),
        7 => RefreshField.Translate(value, urls),
        10 => SetCookieField.Translate(value, urls),
        19 when Is(name, ReportingEndpoints) => ReportingEndpointsField.Translate(value, urls),
        19 or 27 => OriginField.Translate(value, urls),
        23 or 35 => ContentSecurityPolicyField.Translate(value, urls),
        _ => urls.Translate(value),
    };

    private static bool Is(string name, string field) => name.Equals(field, StringComparison.OrdinalIgnoreCase);
}
