using AppProxy.Gateway.Demo;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Demo;

[TestFixture]
[Platform(Exclude = "Win", Reason = "The connector is a shell script here")]
internal sealed class ConnectorProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly LineRecorder _lines = new();

    [Test]
    [CancelAfter(20_000)]
    public async Task The_end_of_standard_input_is_the_order_to_stop(CancellationToken cancellationToken)
    {
        using var script = new ConnectorScript(ConnectorScript.UntilTold);
        using var process = ConnectorProcess.Start(script.Path, new Dictionary<string, string>(), _lines.Add);
        await _lines.WaitForAsync("up", cancellationToken);

        await process.StopAsync(Patience, TimeProvider.System);

        (await process.Exited).Should().Be(0);
        await _lines.WaitForAsync("down", cancellationToken);
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task Settings_come_through_the_environment_and_not_on_the_command_line(CancellationToken cancellationToken)
    {
        using var script = new ConnectorScript("echo \"$SECRET $APPPROXY_EXIT_WITH_PARENT $#\"; echo oops >&2");
        using var process = ConnectorProcess.Start(script.Path, new Dictionary<string, string> { ["SECRET"] = "s3cret" }, _lines.Add);

        await process.Exited.WaitAsync(cancellationToken);

        await _lines.WaitForAsync("s3cret 1 0", cancellationToken);
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task What_does_not_stop_is_killed(CancellationToken cancellationToken)
    {
        using var script = new ConnectorScript("echo up; exec sleep 1000");
        using var process = ConnectorProcess.Start(script.Path, new Dictionary<string, string>(), _lines.Add);
        await _lines.WaitForAsync("up", cancellationToken);

        await process.StopAsync(TimeSpan.FromMilliseconds(50), TimeProvider.System);

        (await process.Exited).Should().Be(128 + 9);
    }

    [Test]
    public void What_cannot_be_started_is_said_in_one_line()
    {
        var start = () => ConnectorProcess.Start("/nowhere/connector", new Dictionary<string, string>(), _lines.Add);
        start.Should().Throw<DemoException>().Which.Message.Should().Contain("/nowhere/connector").And.NotContain("\n");
    }
}
