namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's <c>onPremisesPublishingSingleSignOn</c>.</summary>
internal sealed class SingleSignOnSettingsDocument
{
    public string? SingleSignOnMode { get; set; }

    public KerberosSignOnSettingsDocument? KerberosSignOnSettings { get; set; }
}
