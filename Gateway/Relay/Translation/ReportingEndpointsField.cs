namespace AppProxy.Gateway.Relay.Translation;

/// <summary>Reporting-Endpoints (W3C Reporting API section 3.2): <c>main="https://app/reports", other="/r"</c>.</summary>
internal static class ReportingEndpointsField
{
    public static string Translate(string value, UrlTranslation urls) => LinkField.TranslateBetween(value, '"', '"', urls);
}
