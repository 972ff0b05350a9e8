using System.Collections;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Resources;

namespace AppProxy.Gateway.Pages;

/// <summary>A language that pages are written in, with all their texts. To add one: its <c>Texts.….resx</c>, its line in the project file, and its line here.</summary>
/// <remarks>Read from the resources without satellites and cultures: the gateway runs without any (<c>InvariantGlobalization</c>).</remarks>
internal sealed class Language
{
    private readonly FrozenDictionary<string, string> _texts;

    private Language(string tag, string resource)
    {
        Tag = tag;
        using var stream = typeof(Language).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new ResourceReader(stream);
        _texts = reader.Cast<DictionaryEntry>().ToFrozenDictionary(static entry => (string)entry.Key, static entry => (string)entry.Value!, StringComparer.Ordinal);
    }

    public static Language English { get; } = new("en", "Texts.en");

    public static Language German { get; } = new("de", "Texts.de");

    public static IReadOnlyList<Language> All { get; } = [English, German];

    /// <summary>For <c>lang</c> and <c>Content-Language</c>.</summary>
    public string Tag { get; }

    public IEnumerable<string> Names => _texts.Keys;

    /// <summary>Plain text.</summary>
    public string this[string name] => TryGet(name, out var text) ? text : throw new ArgumentException($"No page has the text '{name}'.", nameof(name));

    /// <summary>The one that the client likes best (<c>Accept-Language</c>); English where we have none of its.</summary>
    public static Language Of(HttpRequest request)
    {
        if (request.Headers.AcceptLanguage.Count == 0)
        {
            return English;
        }

        var best = English;
        var quality = 0d;
        foreach (var wanted in request.GetTypedHeaders().AcceptLanguage)
        {
            var language = All.FirstOrDefault(language => IsOf(wanted.Value.AsSpan(), language.Tag));
            if (language is not null && (wanted.Quality ?? 1) > quality)
            {
                (best, quality) = (language, wanted.Quality ?? 1);
            }
        }

        return best;
    }

    public bool TryGet(string name, [NotNullWhen(true)] out string? text) => _texts.TryGetValue(name, out text) || (this != English && English.TryGet(name, out text));

    /// <summary>Plain text with values in it.</summary>
    public string Format(string name, params ReadOnlySpan<object?> values) => string.Format(CultureInfo.InvariantCulture, this[name], values);

    /// <summary>The text as HTML.</summary>
    /// <param name="name">Of the text.</param>
    /// <param name="html">What goes into it, which is HTML: what is not ours was encoded (<see cref="Page.Encode"/>).</param>
    public string Html(string name, params ReadOnlySpan<object?> html) => string.Format(CultureInfo.InvariantCulture, Page.Encode(this[name]), html);

    /// <summary>de-CH is German too.</summary>
    private static bool IsOf(ReadOnlySpan<char> wanted, string tag) =>
        wanted.StartsWith(tag, StringComparison.OrdinalIgnoreCase) && (wanted.Length == tag.Length || wanted[tag.Length] == '-');
}
