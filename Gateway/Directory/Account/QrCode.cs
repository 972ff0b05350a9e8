using System.Globalization;
using System.Text;
using AppProxy.Gateway.Pages;
using QRCoder;

namespace AppProxy.Gateway.Directory.Account;

/// <summary>What an authenticator app scans (the Key URI format), drawn for a page and for a console.</summary>
internal static class QrCode
{
    public static string UriOf(string issuer, string account, string key)
        => $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(account)}?secret={key}&issuer={Uri.EscapeDataString(issuer)}&digits=6";

    /// <summary>
    /// True black on true white of the 256 colours, which no theme paints over, unlike the 16.
    /// </summary>
    private const string BlackOnWhite = "\e[38;5;16;48;5;231m";

    private const string AsBefore = "\e[0m";

    /// <summary>SVG by attributes alone: the page's policy allows no style beside its own. Dark on light, whatever the page is, since not every camera reads the other.</summary>
    public static string Svg(string text, string label)
    {
        var modules = Draw(text);
        var path = new StringBuilder();
        for (var row = 0; row < modules.Count; row++)
        {
            for (var column = 0; column < modules.Count; column++)
            {
                if (modules[row][column])
                {
                    path.Append(CultureInfo.InvariantCulture, $"M{column} {row}h1v1h-1z");
                }
            }
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"""<svg role="img" aria-label="{Page.Encode(label)}" xmlns="http://www.w3.org/2000/svg" width="220" height="220" viewBox="0 0 {modules.Count} {modules.Count}" shape-rendering="crispEdges"><rect width="100%" height="100%" fill="#fff"/><path fill="#000" d="{path}"/></svg>""");
    }

    /// <summary>Two rows of modules to a line of characters.</summary>
    /// <param name="text">What it says.</param>
    /// <param name="isInColour">
    /// Whether the console takes colours (ECMA-48 section 8.3.117): then it is dark on light on any. Without them light is what is drawn, which is right on a dark console,
    /// as most are; on a light one not every camera reads it.
    /// </param>
    public static string Text(string text, bool isInColour)
    {
        var modules = Draw(text);
        var lines = new StringBuilder();
        for (var row = 0; row < modules.Count; row += 2)
        {
            lines.Append(isInColour ? BlackOnWhite : "");
            for (var column = 0; column < modules.Count; column++)
            {
                var (upper, lower) = (!modules[row][column], row + 1 >= modules.Count || !modules[row + 1][column]);
                // With colours, dark is drawn.
                lines.Append((upper ^ isInColour, lower ^ isInColour) switch { (true, true) => '█', (true, false) => '▀', (false, true) => '▄', _ => ' ' });
            }

            lines.AppendLine(isInColour ? AsBefore : "");
        }

        return lines.ToString();
    }

    private static List<System.Collections.BitArray> Draw(string text)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        return code.ModuleMatrix;
    }
}
