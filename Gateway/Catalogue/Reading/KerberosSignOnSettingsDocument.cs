namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's <c>kerberosSignOnSettings</c>.</summary>
internal sealed class KerberosSignOnSettingsDocument
{
    public string? KerberosServicePrincipalName { get; set; }

    public string? KerberosSignOnMappingAttributeType { get; set; }
}
