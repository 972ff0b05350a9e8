using System.ComponentModel.DataAnnotations;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's <c>webApplicationSegment</c>, and the older <c>onPremisesApplicationSegment</c>.</summary>
internal sealed class SegmentDocument
{
    [RegularExpression(AppId.Pattern)]
    public string? Id { get; set; }

    [Required]
    public string? ExternalUrl { get; set; }

    [Required]
    public string? InternalUrl { get; set; }

    public string? AlternateUrl { get; set; }

    public List<CorsConfigurationDocument>? CorsConfigurations { get; set; }
}
