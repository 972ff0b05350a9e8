using AppProxy.Tests.Architecture;
using AppProxy.Tests.EndToEnd.Processes;

namespace AppProxy.Tests.EndToEnd.Skew;

/// <summary>Builds of released versions, put where Tests/README.md says: a folder for each, with the published programs in it.</summary>
internal static class Releases
{
    public const string Today = "today";

    private static string Root => Path.Combine(Repository.Root, "artifacts", "releases");

    public static IEnumerable<string> All => Directory.Exists(Root) ? Directory.EnumerateDirectories(Root).Select(static folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal) : [];

    public static string GatewayOf(string release) => release == Today ? ProductExecutables.Gateway : Find(release, "Gateway");

    public static string ConnectorOf(string release) => release == Today ? ProductExecutables.Connector : Find(release, "Connector");

    private static string Find(string release, string project) =>
        Path.Combine(Root, release, project, "AppProxy." + project + (OperatingSystem.IsWindows() ? ".exe" : ""));
}
