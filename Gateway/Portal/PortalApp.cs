using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Portal;

/// <summary>An app that a person may open, and where they begin.</summary>
internal sealed record PortalApp(PublishedApp App, string HomeUrl)
{
    public string Name => App.DisplayName;

    /// <summary>As people know it: no scheme, no slash at the end.</summary>
    public string Address { get; } = HomeUrl[(HomeUrl.IndexOf(Uri.SchemeDelimiter, StringComparison.Ordinal) + Uri.SchemeDelimiter.Length)..].TrimEnd('/');

    /// <summary>Whether each word is somewhere in what a tile says.</summary>
    public bool Matches(string[] words) => Array.TrueForAll(words, word => Has(Name, word) || Has(Address, word) || Has(App.Presentation.Description ?? "", word));

    /// <summary>Null for a wildcard without a home page: there is no one place to begin.</summary>
    public static PortalApp? Of(PublishedApp app)
    {
        var home = app.Presentation.HomePageUrl ?? (app.ExternalUrl.IsWildcard ? null : app.ExternalUrl.ToString());
        return home is null ? null : new PortalApp(app, home);
    }

    private static bool Has(string text, string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);
}
