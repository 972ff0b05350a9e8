using System.Text.Json;

namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's <c>webApplicationSegment</c>, and the older <c>onPremisesApplicationSegment</c>.</summary>
internal sealed class SegmentDocument
{
    public string? Id { get; set; }

    public string? ExternalUrl { get; set; }

    public string? InternalUrl { get; set; }

    public string? AlternateUrl { get; set; }

    public JsonElement? CorsConfigurations { get; set; }
}
