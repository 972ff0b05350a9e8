using System.Globalization;
using System.Text.RegularExpressions;
using AppProxy.Tests.Architecture;
using AppProxy.Tests.EndToEnd.Hosting;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Deploy;

/// <summary>The commands of Gateway/Deploy/README.md, all of them, as they stand and in their order: from publishing the programs to an upgrade.</summary>
[TestFixture]
[CancelAfter(600_000)]
internal sealed partial class The_runbook_is_followed
{
    [Test]
    public async Task From_nothing_to_an_upgrade(CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Pass("Its commands are for a POSIX shell.");
            return;
        }

        RequiredProgram.Find("openssl", "openssl");
        RequiredProgram.Find("curl", "curl");
        await using var app = await LoopbackApp.StartAsync(static context => context.Response.WriteAsync("served by the planner\n"), cancellation);
        using var folder = new WorkingFolder();
        var root = Path.Combine(folder.Path, "appproxy");
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "Gateway", "Deploy", "README.md"), cancellation);
        readme.Should().Contain("umask 077");

        // That secrets are their owner's alone is the programs' doing, and not that of a shell that happens to be careful.
        readme = readme.Replace("umask 077", "umask 022", StringComparison.Ordinal);
        folder.Write("runbook.sh", $"set -eu\ntrap 'kill -TERM $(jobs -p) 2>/dev/null || true; wait' EXIT\n{string.Join('\n', Commands().Matches(readme).Select(static block => block.Groups[1].Value))}");

        await using var run = await RunningProgram.RunAsync(
            RequiredProgram.Find("bash", "bash"),
            [Path.Combine(folder.Path, "runbook.sh")],
            cancellation,
            Repository.Root,
            new Dictionary<string, string?>
            {
                ["APPPROXY"] = root,
                ["GATEWAY_HOST"] = "localhost",
                ["APP_HOST"] = "holidays.localhost",
                ["LISTEN"] = "127.0.0.1",
                ["PORT"] = LoopbackPort.Take().ToString(CultureInfo.InvariantCulture),
                ["INTERNAL_URL"] = app.Url + "/",
                ["CONFIGURATION"] = ProductExecutables.Configuration,

                // The app is on the connector's own machine, which has to be said.
                ["Connector__AllowedNetworks__0"] = "127.0.0.0/8",

                // Variables of the build that runs these tests would speak to the one started here.
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["MSBUILD_EXE_PATH"] = null,
                ["MSBuildExtensionsPath"] = null,
                ["MSBuildLoadMicrosoftTargetsReadOnly"] = null,
                ["MSBuildSDKsPath"] = null,
            });

        var logs = string.Concat(Directory.Exists(root) ? Directory.EnumerateFiles(root, "*.log").Select(File.ReadAllText) : []);
        (await run.Exited).Should().Be(0, "{0}", run.Output + run.Errors + logs);
        run.Output.Split("served by the planner").Should().HaveCount(6, "at first, after the restore, with the new key, after the gateway's upgrade and after the connector's");
        run.Output.Should().Contain("- application planner", "it is lost").And.Contain("Restored");
        run.Output.Should().Contain("Enrolled as 'berlin'").And.MatchRegex("berlin +default").And.MatchRegex("(?m)^[A-Za-z0-9_-]{43} signs$").And.Contain("signs with a new key");
        logs.Should().NotContain("SECURITY");
        (run.Output + run.Errors + logs).Should().NotContain("apx1_").And.NotContain("PRIVATE KEY");
        foreach (var secret in (string[])["private/appproxy.db", "private/appproxy-connector.json", "private/backup.json", "etc/tls.key"])
        {
            (File.GetUnixFileMode(Path.Combine(root, secret)) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)).Should().Be(UnixFileMode.None, secret);
        }
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Commands();
}
