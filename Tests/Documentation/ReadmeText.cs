using System.Text.RegularExpressions;
using AppProxy.Tests.Architecture;

namespace AppProxy.Tests.Documentation;

/// <summary>What a README says, for tests that hold it to that.</summary>
internal static partial class ReadmeText
{
    public static string Read(string folder) => File.ReadAllText(Path.Combine(Repository.Root, folder, "README.md"));

    /// <summary>The first block of that language.</summary>
    public static string Block(string folder, string language)
        => Fences().Matches(Read(folder)).First(fence => fence.Groups[1].Value == language).Groups[2].Value;

    [GeneratedRegex("^```([a-z]*)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();
}
