using System.Globalization;
using AppProxy.Testing;
using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Clients.WebSockets;

/// <summary>What the Autobahn test suite asks of WebSockets, by its chapters, with npm's ws at both ends and bare sockets for what ws would not send.</summary>
public sealed class Autobahn_cases_cross_the_relay : EndToEndTest
{
    [TestCase("1 framing", 2)]
    [TestCase("2 pings and pongs", 4)]
    [TestCase("3 reserved bits", 2)]
    [TestCase("4 opcodes", 1)]
    [TestCase("5 fragments", 5)]
    [TestCase("6 UTF-8", 3)]
    [TestCase("7 closing", 6)]
    [TestCase("9 sizes", 2)]
    [TestCase("12 compression", 3)]
    [TestCase("handshake", 2)]
    [CancelAfter(90_000)]
    public async Task Chapter(string chapter, int cases, CancellationToken cancellation)
    {
        var node = RequiredProgram.Find("node", "nodejs");
        var folder = await WebSocketPackages.InstallAsync(cancellation);
        var app = Use(RunningProgram.Start(node, ["echo.mjs"], folder));
        var listening = await app.WaitForLineAsync("listening on", cancellation);
        var proxy = await StartAsync(o => o.Publish("app", new Uri($"http://127.0.0.1:{listening.Split(' ')[^1]}/")), cancellation);

        var run = Use(RunningProgram.Start(
            node, ["cases.mjs", proxy.GatewayUrl.Port.ToString(CultureInfo.InvariantCulture), proxy.UrlOf("app").Authority, chapter], folder));

        // Together with what it said, a hang has a name.
        await Task.WhenAny(run.Exited, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation));
        run.Exited.IsCompleted.Should().BeTrue("it should end: {0}{1}", run.Output, run.Errors);
        (await run.Exited).Should().Be(0, "{0}{1}", run.Output, run.Errors);
        run.Output.Split('\n').Should().HaveCount(cases).And.OnlyContain(line => line.StartsWith("ok "));
    }
}
