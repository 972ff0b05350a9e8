using System.ComponentModel.DataAnnotations;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>How connectors call the app: the names are those of a connector's own settings for it.</summary>
internal sealed class BackEndDocument
{
    [AllowedValues("1.1", "2")]
    public string? HttpVersion { get; set; }

    public string? ServerName { get; set; }

    public string? TrustedCertificateAuthorities { get; set; }

    public List<string>? PinnedPublicKeys { get; set; }

    public int? MaxConnections { get; set; }

    public string? ConnectionIdleTimeout { get; set; }

    public int? MaxResponseHeadLength { get; set; }
}
