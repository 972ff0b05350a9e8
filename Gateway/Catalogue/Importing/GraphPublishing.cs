using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace AppProxy.Gateway.Catalogue.Importing;

/// <summary>Graph's <c>onPremisesPublishing</c>: what we have as it is, and a remark for each setting that would be lost.</summary>
internal static class GraphPublishing
{
    private static readonly FrozenSet<string> Kept = FrozenSet.Create(
        StringComparer.Ordinal,
        "alternateUrl", "externalUrl", "internalUrl", "isBackendCertificateValidationEnabled", "isContinuousAccessEvaluationEnabled", "isHttpOnlyCookieEnabled",
        "isPersistentCookieEnabled", "isSecureCookieEnabled", "isStateSessionEnabled", "isTranslateHostHeaderEnabled", "isTranslateLinksInBodyEnabled",
        "onPremisesApplicationSegments", "segmentsConfiguration", "singleSignOnSettings", "useAlternateUrlForTranslationAndRedirect");

    private static readonly FrozenSet<string> OnlyRead = FrozenSet.Create(StringComparer.Ordinal, "applicationType", "isOnPremPublishingEnabled", "verifiedCustomDomainCertificatesMetadata");

    private static readonly FrozenDictionary<string, string> NoCounterpart = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["isAccessibleViaZTNAClient"] = "has no counterpart: there is no client, people use a browser",
        ["isDnsResolutionEnabled"] = "has no counterpart: there is no private DNS",
        ["trafficRoutingMethod"] = "has no counterpart: traffic is routed by the DNS that you run",
        ["verifiedCustomDomainKeyCredential"] = "has no counterpart: lay it into Gateway:Certificates:Folder, or keep it in the store: certificates add -f …",
        ["verifiedCustomDomainPasswordCredential"] = "has no counterpart: lay it into Gateway:Certificates:Folder, or keep it in the store: certificates add -f …",
        ["wafAllowedHeaders"] = "has no counterpart: name proxies in front in the gateway's own configuration",
        ["wafIpRanges"] = "has no counterpart: name proxies in front in the gateway's own configuration",
        ["wafProvider"] = "has no counterpart: name proxies in front in the gateway's own configuration",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static JsonObject Read(JsonObject publishing, string path, Action<string, string> remark)
    {
        var read = new JsonObject();
        foreach (var (name, value) in publishing)
        {
            var place = path + "." + name;
            if (value is null || name.Contains("@odata.", StringComparison.Ordinal) || OnlyRead.Contains(name))
            {
                continue;
            }

            if (name is "externalAuthenticationType" or "applicationServerTimeout")
            {
                // Both spellings of the first letter are seen.
                var text = GraphJson.Text(publishing, name) ?? "";
                read[name] = text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];
            }
            else if (Kept.Contains(name))
            {
                read[name] = GraphJson.Clean(value);
                FinishUrls(read[name], name, place, remark);
            }
            else if (GraphJson.IsSet(value))
            {
                remark(place, NoCounterpart.GetValueOrDefault(name, "is not known here"));
            }
        }

        return read;
    }

    /// <summary>URLs of Entra end with a slash whether they are written with it or not.</summary>
    private static void FinishUrls(JsonNode? node, string name, string path, Action<string, string> remark)
    {
        switch (node)
        {
            case JsonObject item:
                foreach (var (inner, value) in item.ToList())
                {
                    FinishUrls(value, inner, path + "." + inner, remark);
                }

                break;
            case JsonArray list:
                foreach (var (index, element) in list.ToList().Index())
                {
                    FinishUrls(element, name, $"{path}[{index}]", remark);
                }

                break;
            case JsonValue url when name.EndsWith("Url", StringComparison.Ordinal) && url.GetValueKind() == System.Text.Json.JsonValueKind.String:
                var text = url.GetValue<string>();
                if (name == "externalUrl" && AppUrl.TryParse(text, out var parsed) && parsed.Host.EndsWith(".msappproxy.net", StringComparison.Ordinal))
                {
                    remark(path, $"'{text}' is a name of Microsoft's: give the app one of yours");
                }

                if (!text.EndsWith('/'))
                {
                    url.ReplaceWith(text + "/");
                }

                break;
        }
    }
}
