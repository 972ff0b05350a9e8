namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>In what links are translated besides HTML and CSS.</summary>
internal sealed class LinkTranslationDocument
{
    public bool? InlineScripts { get; set; }

    public bool? JavaScript { get; set; }

    public bool? Json { get; set; }

    public bool? EventStreams { get; set; }

    public bool? Xml { get; set; }
}
