namespace AppProxy.Gateway.Catalogue;

/// <summary>In what links are translated besides HTML and CSS, where <see cref="PublishedApp.IsTranslateLinksInBodyEnabled"/>.</summary>
[Flags]
internal enum LinkTranslation
{
    None = 0,

    /// <summary>Scripts and event handlers within HTML.</summary>
    InlineScripts = 1,

    JavaScript = 2,

    Json = 4,

    EventStreams = 8,

    /// <summary>XML that is neither XHTML nor SVG, such as what WebDAV answers.</summary>
    Xml = 16,
}
