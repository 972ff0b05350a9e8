using System.Globalization;
using System.Text.RegularExpressions;

namespace AppProxy.Gateway.Catalogue;

/// <summary>Escapes such as <c>%u002e</c>: no RFC has them, and IIS decodes them all the same unless told otherwise.</summary>
internal static partial class WideEscapes
{
    public static bool Contains(ReadOnlySpan<char> path) => Escape().IsMatch(path);

    /// <summary>The same string where there are none.</summary>
    public static string Decode(string path)
        => Escape().Replace(path, static escape => ((char)ushort.Parse(escape.ValueSpan[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString());

    [GeneratedRegex("%[uU][0-9A-Fa-f]{4}")]
    private static partial Regex Escape();
}
