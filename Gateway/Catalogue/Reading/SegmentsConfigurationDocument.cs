namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's <c>webSegmentConfiguration</c>.</summary>
internal sealed class SegmentsConfigurationDocument
{
    public List<SegmentDocument>? ApplicationSegments { get; set; }
}
