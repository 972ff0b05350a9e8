using AppProxy.Tests.Architecture;
using FluentAssertions;

namespace AppProxy.Tests.EndToEnd.Processes;

/// <summary>Scripts of a folder of the tests beside the packages that its lock file names, in the build's folder.</summary>
internal static class NodePackages
{
    private static readonly SemaphoreSlim Gate = new(1);

    /// <summary>Installs what is not there yet, and returns the folder.</summary>
    /// <param name="source">Of the scripts, from the root.</param>
    /// <param name="name">Of the folder below <c>artifacts</c>.</param>
    public static async Task<string> InstallAsync(string source, string name, CancellationToken cancellationToken)
    {
        source = Path.Combine(Repository.Root, source);
        var target = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", name)).FullName;
        var npm = RequiredProgram.Find("npm", "npm");
        var installed = Path.Combine(target, "node_modules", ".installed");
        await Gate.WaitAsync(cancellationToken);
        try
        {
            var wanted = await File.ReadAllTextAsync(Path.Combine(source, "package-lock.json"), cancellationToken);
            foreach (var file in Directory.GetFiles(source).Where(static file => Path.GetExtension(file) is ".json" or ".mjs"))
            {
                File.Copy(file, Path.Combine(target, Path.GetFileName(file)), overwrite: true);
            }

            if (!File.Exists(installed) || await File.ReadAllTextAsync(installed, cancellationToken) != wanted)
            {
                await using var run = await RunningProgram.RunAsync(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cancellationToken, target);
                (await run.Exited).Should().Be(0, "{0}{1}", run.Output, run.Errors);
                await File.WriteAllTextAsync(installed, wanted, cancellationToken);
            }
        }
        finally
        {
            Gate.Release();
        }

        return target;
    }
}
