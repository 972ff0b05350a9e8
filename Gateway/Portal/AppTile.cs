using System.Globalization;
using AppProxy.Gateway.Pages;

namespace AppProxy.Gateway.Portal;

/// <summary>An app as HTML. What its publisher wrote is text, whatever it looks like.</summary>
internal static class AppTile
{
    /// <summary>A tile is no place to read on.</summary>
    private const int ShownOfDescription = 160;

    private const int ShownOfName = 120;

    private const int Colours = 8;

    /// <param name="isShown">Whether it matches what is searched for.</param>
    public static string Render(PortalApp tile, Language texts, bool isShown = true)
    {
        var shown = tile.App.Presentation.Description is { } description ? Shorten(description, ShownOfDescription) : null;
        return $"""
            <li{(isShown ? "" : " hidden")}><a class="tile" href="{PortalPaths.Open}{Uri.EscapeDataString(tile.App.Id)}">{RenderIcon(tile)}<span class="name">{Page.Encode(NameOf(tile.Name))}</span>
            <span class="text">{(shown is null ? "" : $"{Page.Encode(shown)}<br>")}{Page.Encode(Shorten(tile.Address, ShownOfName))}{(tile.App.Relay.Maintenance is null ? "" : $" <span class=\"badge\">{texts.Html("Portal_Maintenance")}</span>")}</span></a></li>

            """;
    }

    /// <summary>As far as it is shown in lists.</summary>
    public static string NameOf(string name) => Shorten(name, ShownOfName);

    /// <summary>The name stands beside it: nothing to read out.</summary>
    private static string RenderIcon(PortalApp tile) => tile.App.Presentation.Icon is { } icon
        ? $"""<img src="{PortalPaths.Icon}{Uri.EscapeDataString(tile.App.Id)}?v={icon.Version}" alt="" width="48" height="48" loading="lazy">"""
        : string.Create(CultureInfo.InvariantCulture, $"""<span class="letter letter-{ColourOf(tile.App.Id)}" aria-hidden="true">{Page.Encode(LetterOf(tile.Name))}</span>""");

    /// <summary>The same for an app at all gateways, always.</summary>
    private static int ColourOf(string id) => id.Aggregate(0, static (sum, letter) => (sum + letter) % Colours);

    private static string LetterOf(string name) => StringInfo.GetNextTextElement(name.TrimStart()).ToUpperInvariant();

    private static string Shorten(string text, int shown) => text.Length <= shown ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[shown - 1]) ? shown - 1 : shown).TrimEnd(), "…");
}
