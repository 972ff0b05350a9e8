using System.Text;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Relay.Translation;
using AppProxy.Gateway.Relay.Translation.Bodies;
using AppProxy.Tests.Architecture;

namespace AppProxy.Tests.Gateway.Relay.Translation.Bodies;

/// <summary>
/// A file as apps send it, with each link written as <c>«internal→external»</c>: what comes in is the one, what must come out the other, and
/// everything else the same. Its name says whose page it is, its charset where that is not UTF-8 (it is written in UTF-8 here all the same, for its
/// arrows), and its kind.
/// </summary>
internal sealed record CorpusFile(string Name, Encoding Charset, byte[] Input, string Expected)
{
    private static readonly string[] Charsets = ["iso-8859-1", "windows-1252", "shift_jis"];

    /// <summary>As the gateway reads bodies.</summary>
    private const int Buffer = 32 * 1024;

    private const int Edge = 40;
    private const int Stride = 211;

    private static readonly string Folder = Path.Combine(Repository.Root, "Tests", "Gateway", "Relay", "Translation", "Bodies", "Corpus");

    /// <summary>What is left without the app's name: a page is not another one because it is called otherwise.</summary>
    public string Content => Expected.Replace(Name.Split('.')[1], "", StringComparison.OrdinalIgnoreCase);

    /// <summary>Where to cut it: everywhere. One that is larger than a buffer is cut about the ends of buffers, and here and there.</summary>
    public IEnumerable<int> Cuts => Enumerable.Range(1, Input.Length - 1).Where(cut => Input.Length <= Buffer || (cut + Edge) % Buffer < 2 * Edge || cut % Stride == 0);

    public bool IsHtml => Name.EndsWith(".html", StringComparison.Ordinal);

    public static IEnumerable<string> Names() => Directory.EnumerateFiles(Folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);

    public static CorpusFile Read(string name)
    {
        // Not as text: a byte order mark is part of it.
        var text = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(Folder, name)));
        var charset = name.Split('.')[^2] is var said && Charsets.Contains(said)
            ? CodePagesEncodingProvider.Instance.GetEncoding(said, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback) ?? Encoding.GetEncoding(said)
            : Encoding.UTF8;
        return new CorpusFile(name, charset, charset.GetBytes(Choose(text, isExternal: false)), Choose(text, isExternal: true));
    }

    public UrlTranslation CreateUrls() => TranslationCatalogue.For(Name.StartsWith("hr.", StringComparison.Ordinal) ? "https://hr.example.com/" : "https://desk.example.com/outside/");

    public ILinkTranslator CreateTranslator()
    {
        var links = new LinkRewriter(CreateUrls());
        return Path.GetExtension(Name) switch
        {
            ".html" => new HtmlTranslator(links, isXml: false, hasScripts: Name.Contains(".scripts.", StringComparison.Ordinal)),
            ".xhtml" or ".svg" => new HtmlTranslator(links, isXml: true, hasScripts: false),
            ".css" => new CssTranslator(links, LinkEscapes.None),
            ".xml" => new TextTranslator(links, isXml: true),
            _ => new TextTranslator(links, isXml: false),
        };
    }

    private static string Choose(string text, bool isExternal)
    {
        var chosen = new StringBuilder();
        var at = 0;
        while (text.IndexOf('«', at) is >= 0 and var open)
        {
            var arrow = text.IndexOf('→', open);
            var close = text.IndexOf('»', arrow);
            chosen.Append(text, at, open - at).Append(isExternal ? text[(arrow + 1)..close] : text[(open + 1)..arrow]);
            at = close + 1;
        }

        return chosen.Append(text, at, text.Length - at).ToString();
    }
}
