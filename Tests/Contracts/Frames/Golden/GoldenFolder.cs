using AppProxy.Contracts.Frames;

namespace AppProxy.Tests.Contracts.Frames.Golden;

/// <summary>The approved bytes: one folder for each version of the frames, one file of hexadecimal text for each message.</summary>
internal static class GoldenFolder
{
    public static string Current => Path.Combine(Root, $"v{MessageReader.Version}");

    public static IEnumerable<string> Versions => Directory.EnumerateDirectories(Root, "v*").Select(static folder => Path.GetFileName(folder)!);

    private static string Root => Path.Combine(Repository(), "Tests", "Contracts", "Frames", "Golden");

    public static IEnumerable<string> Names(string version) =>
        Directory.EnumerateFiles(Path.Combine(Root, version), "*.hex").Select(static file => Path.GetFileNameWithoutExtension(file));

    public static byte[] Read(string version, string name) =>
        Convert.FromHexString(string.Concat(File.ReadAllText(Path.Combine(Root, version, name + ".hex")).Where(char.IsAsciiHexDigit)));

    /// <summary>16 octets a line, so that a diff shows where bytes changed.</summary>
    public static string ToText(ReadOnlySpan<byte> octets)
    {
        var text = new System.Text.StringBuilder();
        for (var start = 0; start < octets.Length; start += 16)
        {
            var line = octets.Slice(start, Math.Min(16, octets.Length - start));
            text.Append(Convert.ToHexStringLower(line[..Math.Min(8, line.Length)]));
            text.Append(line.Length > 8 ? " " + Convert.ToHexStringLower(line[8..]) : "").Append('\n');
        }

        return text.ToString();
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AppProxy.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests do not lie inside the repository.");
    }
}
