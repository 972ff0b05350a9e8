using System.ComponentModel.DataAnnotations;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's <c>onPremisesPublishingSingleSignOn</c>.</summary>
internal sealed class SingleSignOnSettingsDocument
{
    [AllowedValues("none", "onPremisesKerberos", "headerBased", "aadHeaderBased", "pingHeaderBased")]
    public string? SingleSignOnMode { get; set; }

    public KerberosSignOnSettingsDocument? KerberosSignOnSettings { get; set; }
}
