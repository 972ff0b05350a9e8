namespace AppProxy.Gateway.Catalogue.Reading;

/// <summary>Checks how an application is shown to people.</summary>
internal static class PresentationReader
{
    /// <summary>Graph's.</summary>
    private const int LongestDescription = 1024;

    /// <summary>Graph's, among an application's tags.</summary>
    private const string Hidden = "HideApp";

    public static AppPresentation Read(ApplicationDocument document, string path, Findings findings)
    {
        if (document.Description?.Length > LongestDescription)
        {
            findings.Problem(path + ".description", $"must have at most {LongestDescription} characters");
        }

        var read = new AppPresentation
        {
            Description = string.IsNullOrWhiteSpace(document.Description) ? null : document.Description,
            HomePageUrl = ReadHomePage(document.Web?.HomePageUrl, path + ".web.homePageUrl", findings),
            Icon = ReadIcon(document.Info?.LogoUrl, path + ".info.logoUrl", findings),
            IsHidden = document.Tags?.Contains(Hidden) ?? false,
        };
        return read == AppPresentation.None ? AppPresentation.None : read;
    }

    private static string? ReadHomePage(string? value, string path, Findings findings)
    {
        if (value is not { Length: > 0 })
        {
            return null;
        }

        // People click on it: nothing that a browser would run, and nothing that shows another host than it goes to.
        if (Uri.TryCreate(value, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp) && url.UserInfo.Length == 0)
        {
            return url.AbsoluteUri;
        }

        findings.Problem(path, $"'{value}' must be a URL with https:// or http://, such as https://hr.example.com/start");
        return null;
    }

    private static AppIcon? ReadIcon(string? value, string path, Findings findings)
    {
        if (value is not { Length: > 0 })
        {
            return null;
        }

        if (value.StartsWith("https:", StringComparison.OrdinalIgnoreCase) || value.StartsWith("http:", StringComparison.OrdinalIgnoreCase))
        {
            // An exported app has one at Microsoft's.
            findings.Notice(path, "is not shown: pages fetch nothing from elsewhere. Give the picture itself, as data: URL or as a file");
            return null;
        }

        if (AppIcon.TryParse(value, out var icon, out var fault))
        {
            return icon;
        }

        findings.Problem(path, fault);
        return null;
    }
}
