namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Graph's <c>informationalUrl</c>; its other properties are let pass (<see cref="GraphNames"/>).</summary>
internal sealed class InformationalUrlDocument
{
    /// <summary>A picture as <c>data:</c> URL; in a file also the path of one beside it.</summary>
    public string? LogoUrl { get; set; }
}
