using System.Security.Cryptography;
using System.Text;

namespace AppProxy.Gateway.Pages;

/// <summary>
/// The one style sheet of all pages. It is written into each of them, so that a page on an app's host needs no second request there, and is named in
/// the policy by its hash: no other style has an effect, whatever gets into a page.
/// </summary>
internal static class PageStyle
{
    public static string Css { get; } = Read();

    /// <summary>For <c>style-src</c>.</summary>
    public static string Source { get; } = $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Css)))}'";

    private static string Read()
    {
        using var stream = typeof(PageStyle).Assembly.GetManifestResourceStream("Pages/page.css")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        // As a browser reads it, whatever the working copy's line ends are.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
