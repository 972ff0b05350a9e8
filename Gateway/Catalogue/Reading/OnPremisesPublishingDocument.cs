using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's <c>onPremisesPublishing</c>, all of it.</summary>
internal sealed class OnPremisesPublishingDocument
{
    [Required]
    public string? ExternalUrl { get; set; }

    [Required]
    public string? InternalUrl { get; set; }

    public string? AlternateUrl { get; set; }

    public bool? UseAlternateUrlForTranslationAndRedirect { get; set; }

    [AllowedValues("passthru", "aadPreAuthentication")]
    public string? ExternalAuthenticationType { get; set; }

    [AllowedValues("default", "long")]
    public string? ApplicationServerTimeout { get; set; }

    public bool? IsTranslateHostHeaderEnabled { get; set; }

    public bool? IsTranslateLinksInBodyEnabled { get; set; }

    public bool? IsHttpOnlyCookieEnabled { get; set; }

    public bool? IsSecureCookieEnabled { get; set; }

    public bool? IsPersistentCookieEnabled { get; set; }

    public bool? IsBackendCertificateValidationEnabled { get; set; }

    public bool? IsStateSessionEnabled { get; set; }

    public bool? IsContinuousAccessEvaluationEnabled { get; set; }

    public bool? IsDnsResolutionEnabled { get; set; }

    public bool? IsAccessibleViaZTNAClient { get; set; }

    public string? ApplicationType { get; set; }

    public bool? IsOnPremPublishingEnabled { get; set; }

    public SingleSignOnSettingsDocument? SingleSignOnSettings { get; set; }

    public SegmentsConfigurationDocument? SegmentsConfiguration { get; set; }

    /// <summary>The older form of the above.</summary>
    public List<SegmentDocument>? OnPremisesApplicationSegments { get; set; }

    public JsonElement? VerifiedCustomDomainKeyCredential { get; set; }

    public JsonElement? VerifiedCustomDomainPasswordCredential { get; set; }

    public JsonElement? VerifiedCustomDomainCertificatesMetadata { get; set; }

    public JsonElement? WafAllowedHeaders { get; set; }

    public JsonElement? WafIpRanges { get; set; }

    public string? WafProvider { get; set; }

    public string? TrafficRoutingMethod { get; set; }
}
