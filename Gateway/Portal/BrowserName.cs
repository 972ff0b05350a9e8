namespace AppProxy.Gateway.Portal;

/// <summary>What a browser calls itself, in words that its person knows: good enough to tell a phone from a desk, and believed for nothing else.</summary>
internal static class BrowserName
{
    /// <summary>Those that say they are others too come first.</summary>
    private static readonly (string Mark, string Name)[] Browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl")];

    private static readonly (string Mark, string Name)[] Systems =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux")];

    /// <returns>Both null where nothing is known.</returns>
    public static (string? Browser, string? System) Of(string? userAgent) => (Find(Browsers, userAgent), Find(Systems, userAgent));

    private static string? Find((string Mark, string Name)[] known, string? userAgent) =>
        userAgent is null ? null : Array.Find(known, candidate => userAgent.Contains(candidate.Mark, StringComparison.Ordinal)).Name;
}
