using AppProxy.Tests.Architecture;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Processes;

/// <summary>The programs as built together with these tests.</summary>
internal static class ProductExecutables
{
    public static string Gateway => Find("Gateway");

    public static string Connector => Find("Connector");

    /// <summary><c>debug</c> or <c>release</c>: the folder that this assembly was built into.</summary>
    public static string Configuration => new DirectoryInfo(TestContext.CurrentContext.TestDirectory).Name;

    private static string Find(string project)
    {
        var name = "AppProxy." + project + (OperatingSystem.IsWindows() ? ".exe" : "");
        return Path.Combine(Repository.Root, "artifacts", "bin", project, Configuration, name);
    }
}
