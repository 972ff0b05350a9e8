namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's <c>webApplication</c>; its other properties are let pass (<see cref="GraphNames"/>).</summary>
internal sealed class WebApplicationDocument
{
    /// <summary>The page that people begin with, where it is not the external URL.</summary>
    public string? HomePageUrl { get; set; }
}
