namespace AppProxy.Gateway.Catalogue;

/// <summary>One of several parts of an app, each with URLs of its own (Graph's <c>webApplicationSegment</c>).</summary>
/// <param name="Id">As given, or made from the external URL.</param>
internal sealed record ApplicationSegment(string Id, AppUrl ExternalUrl, AppUrl InternalUrl, AppUrl? AlternateUrl)
{
    public EquatableList<CorsConfiguration> CorsConfigurations { get; init; } = EquatableList<CorsConfiguration>.Empty;
}
