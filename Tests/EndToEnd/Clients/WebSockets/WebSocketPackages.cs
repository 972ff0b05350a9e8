using AppProxy.Tests.Architecture;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;

namespace AppProxy.Tests.EndToEnd.Clients.WebSockets;

/// <summary>The scripts of this folder beside the packages that their lock file names, in the build's folder.</summary>
internal static class WebSocketPackages
{
    private static readonly string[] Files = ["package.json", "package-lock.json", "echo.mjs", "cases.mjs"];

    /// <summary>Installs what is not there yet, and returns the folder.</summary>
    public static async Task<string> InstallAsync(CancellationToken cancellationToken)
    {
        var source = Path.Combine(Repository.Root, "Tests", "EndToEnd", "Clients", "WebSockets");
        var target = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "websocket-cases")).FullName;
        var npm = RequiredProgram.Find("npm", "npm");
        var installed = Path.Combine(target, "node_modules", ".installed");
        var wanted = await File.ReadAllTextAsync(Path.Combine(source, "package-lock.json"), cancellationToken);
        foreach (var file in Files)
        {
            File.Copy(Path.Combine(source, file), Path.Combine(target, file), overwrite: true);
        }

        if (!File.Exists(installed) || await File.ReadAllTextAsync(installed, cancellationToken) != wanted)
        {
            await using var run = await RunningProgram.RunAsync(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cancellationToken, target);
            (await run.Exited).Should().Be(0, "{0}{1}", run.Output, run.Errors);
            await File.WriteAllTextAsync(installed, wanted, cancellationToken);
        }

        return target;
    }
}
