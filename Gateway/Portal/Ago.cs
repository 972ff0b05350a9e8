using System.Globalization;
using AppProxy.Gateway.Pages;

namespace AppProxy.Gateway.Portal;

/// <summary>A moment as HTML: how long ago, which is the same in every time zone, and exactly for who asks.</summary>
internal static class Ago
{
    public static string Render(Language texts, DateTimeOffset then, DateTimeOffset now)
    {
        var span = now - then;
        var text = span < TimeSpan.FromMinutes(1) ? texts["Ago_Now"]
            : span < TimeSpan.FromHours(1) ? Count(texts, "Ago_Minute", "Ago_Minutes", (int)span.TotalMinutes)
            : span < TimeSpan.FromDays(1) ? Count(texts, "Ago_Hour", "Ago_Hours", (int)span.TotalHours)
            : Count(texts, "Ago_Day", "Ago_Days", (int)span.TotalDays);
        return string.Create(CultureInfo.InvariantCulture, $"""<time datetime="{then.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}" title="{then.UtcDateTime:yyyy-MM-dd HH:mm} UTC">{Page.Encode(text)}</time>""");
    }

    private static string Count(Language texts, string one, string many, int count) => count == 1 ? texts[one] : texts.Format(many, count);
}
