using System.Text.Json;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's settings that are read and checked, and have no effect in this version: said once at load instead of being found out.</summary>
internal static class NotServedYet
{
    private static readonly string[] SingleSignOnModes = ["none", "onPremisesKerberos", "headerBased", "aadHeaderBased", "pingHeaderBased"];

    private static readonly string[] MappingAttributes =
    [
        "userPrincipalName", "onPremisesUserPrincipalName", "userPrincipalUsername", "onPremisesUserPrincipalUsername", "onPremisesSAMAccountName",
    ];

    public static void Report(OnPremisesPublishingDocument publishing, string path, Findings findings)
    {
        if (IsSet(publishing.VerifiedCustomDomainKeyCredential))
        {
            findings.Notice(path + ".verifiedCustomDomainKeyCredential", "has no effect: lay it into Gateway:Certificates:Folder, or keep it in the store: certificates add -f …");
        }

        Say(IsSet(publishing.WafAllowedHeaders), "wafAllowedHeaders");
        Say(IsSet(publishing.WafIpRanges), "wafIpRanges");
        ReportSingleSignOn(publishing.SingleSignOnSettings, path + ".singleSignOnSettings", findings);

        void Say(bool isSet, string name)
        {
            if (isSet)
            {
                findings.Notice($"{path}.{name}", "has no effect yet in this version");
            }
        }
    }

    private static void ReportSingleSignOn(SingleSignOnSettingsDocument? settings, string path, Findings findings)
    {
        CheckValue(settings?.SingleSignOnMode, SingleSignOnModes, path + ".singleSignOnMode", findings);
        CheckValue(settings?.KerberosSignOnSettings?.KerberosSignOnMappingAttributeType, MappingAttributes, path + ".kerberosSignOnSettings.kerberosSignOnMappingAttributeType", findings);
        if (settings?.SingleSignOnMode is not (null or "none"))
        {
            findings.Notice(path + ".singleSignOnMode", "has no effect yet in this version: the app asks people to sign in itself");
        }
    }

    private static void CheckValue(string? value, string[] values, string path, Findings findings)
    {
        if (value is not null && !values.Contains(value, StringComparer.Ordinal))
        {
            findings.Problem(path, $"'{value}' must be one of {string.Join(", ", values)}.{ClosestName.Suggest(value, values)}");
        }
    }

    private static bool IsSet(JsonElement? value)
        => value is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } element
            && !(element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == 0);
}
