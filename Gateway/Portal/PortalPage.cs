using AppProxy.Gateway.Pages;
using AppProxy.Gateway.SignIn;

namespace AppProxy.Gateway.Portal;

/// <summary>Makes pages of the portal: with links to its other pages.</summary>
internal static class PortalPage
{
    /// <summary>One that fills a desk's width.</summary>
    public static Page Wide(Language texts, string title, string body, string? current, string? script = null, string formAction = "'self'") =>
        new(title, body) { Language = texts, Links = LinksIn(texts), Current = current, IsWide = true, Script = script, FormAction = formAction };

    /// <summary>One card.</summary>
    public static Page Card(Language texts, string title, string body) => new(title, body) { Language = texts, Links = LinksIn(texts), FormAction = "'self'" };

    private static (string Path, string Text)[] LinksIn(Language texts) =>
        [(PortalPaths.Home, texts["Portal_Apps"]), (PortalPaths.Account, texts["Portal_Account"]), (SignInPaths.SignOut, texts["SignOut_Button"])];
}
