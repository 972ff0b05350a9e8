using NUnit.Framework;

namespace AppProxy.Tests.Architecture;

/// <summary>The checked-out sources that these tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = [".git", "artifacts", "bin", "obj", "node_modules", "TestResults"];

    public static string Root { get; } = FindRoot();

    /// <summary>Full paths of files, without what builds and tools leave behind.</summary>
    public static IEnumerable<string> Files(string pattern) => Files(new DirectoryInfo(Root), pattern);

    public static string RelativePath(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    private static IEnumerable<string> Files(DirectoryInfo directory, string pattern)
        => directory.EnumerateFiles(pattern).Select(file => file.FullName)
            .Concat(directory.EnumerateDirectories()
                .Where(child => !NotOurs.Contains(child.Name, StringComparer.Ordinal))
                .SelectMany(child => Files(child, pattern)));

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(TestContext.CurrentContext.TestDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "AppProxy.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException("These tests read the sources: run them from within the repository.");
    }
}
