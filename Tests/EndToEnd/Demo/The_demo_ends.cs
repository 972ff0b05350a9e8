using AppProxy.Tests.EndToEnd.Processes;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Demo;

/// <summary>However it ends, no process and no port is left.</summary>
[TestFixture]
[Platform(Exclude = "Win", Reason = "Sends signals")]
[CancelAfter(90_000)]
internal sealed class The_demo_ends
{
    [Test]
    public async Task Ctrl_c_ends_everything(CancellationToken cancellation)
    {
        await using var demo = await RunningDemo.StartAsync(cancellation);

        // A terminal sends it to all of its processes.
        RunningProgram.Signal("INT", [demo.Program.Id, .. demo.Connectors]);

        (await demo.Program.Exited.WaitAsync(cancellation)).Should().Be(0, demo.Program.Output);
        await NothingIsLeftAsync(demo, cancellation);
    }

    [Test]
    public async Task Sigterm_ends_everything(CancellationToken cancellation)
    {
        await using var demo = await RunningDemo.StartAsync(cancellation, "--connectors", "2");
        demo.Connectors.Should().HaveCount(2);

        demo.Program.Signal("TERM");

        (await demo.Program.Exited.WaitAsync(cancellation)).Should().Be(0, demo.Program.Output);
        demo.Program.Output.Should().NotContain("unexpectedly");
        demo.Program.Errors.Should().BeEmpty();
        await NothingIsLeftAsync(demo, cancellation);
    }

    [Test]
    public async Task A_killed_demo_takes_its_connectors_along(CancellationToken cancellation)
    {
        await using var demo = await RunningDemo.StartAsync(cancellation);

        demo.Program.Signal("KILL");

        (await demo.Program.Exited.WaitAsync(cancellation)).Should().Be(128 + 9);
        await NothingIsLeftAsync(demo, cancellation);
    }

    [Test]
    public async Task A_killed_connector_is_started_again_and_service_goes_on(CancellationToken cancellation)
    {
        await using var demo = await RunningDemo.StartAsync(cancellation);
        using var client = demo.CreateClient();

        RunningProgram.Signal("KILL", demo.Connectors);

        // It waits in line until the new one pulls.
        (await client.GetStringAsync("/api/time", cancellation)).Should().Contain("time");
        (await demo.Program.WaitForLineAsync("runs again", cancellation)).Should().NotContain($"pid {demo.Connectors[0]})");
    }

    private static async Task NothingIsLeftAsync(RunningDemo demo, CancellationToken cancellation)
    {
        foreach (var connector in demo.Connectors)
        {
            await RunningProgram.WaitForEndAsync(connector, cancellation);
        }

        LoopbackPort.IsFree(demo.Port).Should().BeTrue();
        LoopbackPort.IsFree(demo.BrokerPort).Should().BeTrue();
    }
}
