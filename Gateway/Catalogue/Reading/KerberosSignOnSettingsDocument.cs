using System.ComponentModel.DataAnnotations;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's <c>kerberosSignOnSettings</c>.</summary>
internal sealed class KerberosSignOnSettingsDocument
{
    public string? KerberosServicePrincipalName { get; set; }

    [AllowedValues(
        "userPrincipalName", "onPremisesUserPrincipalName", "userPrincipalUsername", "onPremisesUserPrincipalUsername", "onPremisesSAMAccountName")]
    public string? KerberosSignOnMappingAttributeType { get; set; }
}
