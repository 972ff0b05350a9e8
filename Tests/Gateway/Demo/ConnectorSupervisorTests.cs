using AppProxy.Gateway.Demo;
using AppProxy.Tests.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Demo;

[TestFixture]
[Platform(Exclude = "Win", Reason = "The connector is a shell script here")]
internal sealed class ConnectorSupervisorTests
{
    private readonly LineRecorder _lines = new();
    private readonly ObservedTimeProvider _time = new();

    [Test]
    [CancelAfter(20_000)]
    public async Task A_connector_that_ends_unasked_is_started_again_later_each_time(CancellationToken cancellationToken)
    {
        using var script = new ConnectorScript("exit 3");
        await using var supervisor = Supervise(script);

        foreach (var pause in new[] { "0.5 s", "1 s", "2 s", "4 s", "8 s", "10 s", "10 s" })
        {
            (await _lines.WaitForAsync("unexpectedly", cancellationToken)).Should().StartWith("connector 1 (pid ").And.EndWith("ended unexpectedly with exit code 3; starting it again in " + pause);
            _time.Advance(await _time.Timers.ReadAsync(cancellationToken));
            await _lines.WaitForAsync("runs again", cancellationToken);
        }
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_connector_told_to_stop_is_not_started_again(CancellationToken cancellationToken)
    {
        using var script = new ConnectorScript(ConnectorScript.UntilTold);
        var supervisor = Supervise(script);
        await _lines.WaitForAsync("up", cancellationToken);

        await supervisor.DisposeAsync();

        (await _lines.WaitForAsync("", cancellationToken)).Should().Be("down");
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task Stopping_does_not_wait_for_a_pause(CancellationToken cancellationToken)
    {
        using var script = new ConnectorScript("exit 3");
        var supervisor = Supervise(script);
        await _lines.WaitForAsync("unexpectedly", cancellationToken);

        await supervisor.DisposeAsync().AsTask().WaitAsync(cancellationToken);
    }

    private ConnectorSupervisor Supervise(ConnectorScript script)
        => new("connector 1", () => ConnectorProcess.Start(script.Path, new Dictionary<string, string>(), _lines.Add), _lines.Add, _time);
}
