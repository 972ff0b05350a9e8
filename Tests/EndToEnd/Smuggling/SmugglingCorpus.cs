using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AppProxy.Tests.Architecture;

namespace AppProxy.Tests.EndToEnd.Smuggling;

/// <summary>Reads the files of requests that must not get through.</summary>
internal static partial class SmugglingCorpus
{
    public static IReadOnlyList<SmugglingCase> Read(string file)
    {
        var cases = new List<SmugglingCase>();
        var lines = new List<string>();
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "Tests", "EndToEnd", "Smuggling", file)))
        {
            if (line.StartsWith("= ", StringComparison.Ordinal))
            {
                var parts = line[2..].Split(" | ");
                lines = [];
                cases.Add(new SmugglingCase(parts[0], parts.Length > 2 ? parts[1] : "", parts[^1], lines));
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                lines.Add(line);
            }
        }

        return cases;
    }

    /// <summary>Octets as characters.</summary>
    public static string Unescape(string text, string host) =>
        Escape().Replace(text.Replace("{host}", host, StringComparison.Ordinal), static match => match.Value[1] switch
        {
            'r' => "\r",
            'n' => "\n",
            't' => "\t",
            '0' => "\0",
            '\\' => "\\",
            _ => ((char)byte.Parse(match.Value.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString(),
        });

    /// <summary>As octets.</summary>
    public static byte[] Octets(string text) => Encoding.Latin1.GetBytes(text);

    [GeneratedRegex(@"\\(x[0-9a-f]{2}|[rnt0\\])")]
    private static partial Regex Escape();
}
