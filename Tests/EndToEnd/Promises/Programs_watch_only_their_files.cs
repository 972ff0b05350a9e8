using System.Globalization;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Promises;

/// <summary>The platform's hosts watch every folder below the one they were started in, which may be a home folder; ours read settings once.</summary>
[Platform("Linux", Reason = "Reads what the kernel says of a process.")]
public sealed class Programs_watch_only_their_files : EndToEndTest
{
    [Test, CancelAfter(120_000)]
    public async Task In_a_folder_with_many(CancellationToken cancellation)
    {
        Directory.GetDirectories(Environment.CurrentDirectory, "*", SearchOption.AllDirectories).Should().HaveCountGreaterThan(1);

        var deployment = Use(await Deployment.StartAsync(static _ => Task.CompletedTask, isHttp2: false, cancellation));

        WatchesOf(deployment.Gateway.Id).Should().Be(1, "the file of published apps is applied when it changes");
        WatchesOf(deployment.Connector.Id).Should().Be(0);
    }

    private static int WatchesOf(int process) =>
        Directory.GetFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fdinfo"))
            .Sum(static descriptor => File.ReadLines(descriptor).Count(static line => line.StartsWith("inotify", StringComparison.Ordinal)));
}
