using AppProxy.Tests.Architecture;

namespace AppProxy.Tests.Diagnostics;

/// <summary>The names that operators build dashboards on. A line that changes here is a change that they must be told of.</summary>
internal static class ApprovedNames
{
    /// <summary>The lines of one kind (<c>instrument</c>, <c>span</c>) in the approved file of a side.</summary>
    public static IEnumerable<string> Of(string side, string kind)
        => File.ReadLines(Path.Combine(Repository.Root, "Tests", side, "Diagnostics", "Telemetry.approved.txt"))
            .Where(line => line.StartsWith(kind + " ", StringComparison.Ordinal));

    /// <summary>Text of the README that explains them.</summary>
    public static string ReadmeOf(string side) => File.ReadAllText(Path.Combine(Repository.Root, side, "Diagnostics", "README.md"));
}
