using System.Text.Json;
using AppProxy.Gateway.Demo;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Demo;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Platform(Exclude = "Win", Reason = "The connector is a shell script here")]
internal sealed class DemoHostTests : IDisposable
{
    private static readonly DemoOptions Options = new() { Url = new Uri("http://localhost:8080/"), Connectors = 2 };
    private readonly LineRecorder _output = new();

    public void Dispose() => _output.Dispose();

    [Test]
    [CancelAfter(20_000)]
    public async Task Starts_everything_says_ready_when_served_and_stops_connectors_before_the_gateway(CancellationToken cancellationToken)
    {
        using var script = new ConnectorScript("echo \"key $DEMO_KEY $Connector__Name $Connector__Identity\"; cat; echo down");
        using var stop = new CancellationTokenSource();
        var served = new TaskCompletionSource();
        var gateway = new FakeGateway(_output);
        var host = new DemoHost(Options, gateway.StartAsync, _output, TimeProvider.System)
        {
            ConnectorPath = script.Path,
            WaitUntilServedAsync = token => served.Task.WaitAsync(token),
        };

        var running = host.RunAsync(stop.Token);
        (await _output.WaitForAsync("Connector 2", cancellationToken)).Should().MatchRegex(@"pid \d+");
        (await _output.WaitForAsync("Apps file", cancellationToken)).Should().Contain(gateway.Launch!.AppsFile);
        (await _output.WaitForAsync("Open", cancellationToken)).Should().EndWith("http://app.localhost:8080/");
        (await _output.WaitForAsync("curl", cancellationToken)).Should().EndWith("curl -i http://app.localhost:8080/api/time");
        var folder = Path.GetDirectoryName(gateway.Launch.AppsFile)!;
        (await _output.WaitForAsync("] key", cancellationToken)).Should().MatchRegex($@"^\[connector (\d)\] key secret demo-\1 {folder}/connector-\1\.json$");
        (await _output.WaitForAsync("] key", cancellationToken)).Should().StartWith("[connector ");
        (OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(folder)).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, "the connectors' keys are there");
        served.SetResult();
        await _output.WaitForAsync("Ready: http://app.localhost:8080/", cancellationToken);

        await stop.CancelAsync();

        (await running).Should().Be(0);
        await _output.WaitForAsync("down", cancellationToken);
        await _output.WaitForAsync("down", cancellationToken);
        await _output.WaitForAsync("gateway disposed", cancellationToken);
        System.IO.Directory.Exists(folder).Should().BeFalse();
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task The_sample_app_is_published_open_on_a_host_of_its_own(CancellationToken cancellationToken)
    {
        var apps = await PublishedAsync(Options, cancellationToken);

        var publishing = JsonDocument.Parse(apps).RootElement.GetProperty("applications")[0].GetProperty("onPremisesPublishing");
        publishing.GetProperty("externalUrl").GetString().Should().Be("http://app.localhost:8080/");
        publishing.GetProperty("internalUrl").GetString().Should().StartWith("http://127.0.0.1:");
        publishing.GetProperty("externalAuthenticationType").GetString().Should().Be("passthru");
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_named_app_takes_the_place_of_the_sample_app(CancellationToken cancellationToken)
    {
        var apps = await PublishedAsync(Options with { InternalUrl = new Uri("http://localhost:5000/") }, cancellationToken);
        apps.Should().Contain("\"internalUrl\":\"http://localhost:5000/\"");
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_gateway_that_stops_by_itself_ends_the_demo(CancellationToken cancellationToken)
    {
        using var script = new ConnectorScript(ConnectorScript.UntilTold);
        var gateway = new FakeGateway(_output);
        var host = new DemoHost(Options, gateway.StartAsync, _output, TimeProvider.System)
        {
            ConnectorPath = script.Path,
            WaitUntilServedAsync = token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token),
        };

        gateway.Stop();

        (await host.RunAsync(cancellationToken)).Should().Be(1);
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_missing_connector_is_said_before_anything_is_started(CancellationToken cancellationToken)
    {
        var gateway = new FakeGateway(_output);
        var host = new DemoHost(Options, gateway.StartAsync, _output, TimeProvider.System) { ConnectorPath = "/nowhere/connector" };

        var run = () => host.RunAsync(cancellationToken);

        (await run.Should().ThrowAsync<DemoException>()).WithMessage("*not at /nowhere/connector*");
        gateway.Launch.Should().BeNull();
    }

    private async Task<string> PublishedAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        using var script = new ConnectorScript(ConnectorScript.UntilTold);
        var gateway = new FakeGateway(_output);
        gateway.Stop();
        var host = new DemoHost(options, gateway.StartAsync, _output, TimeProvider.System) { ConnectorPath = script.Path, WaitUntilServedAsync = _ => Task.CompletedTask };
        await host.RunAsync(cancellationToken);
        return gateway.Apps!;
    }

    private sealed class FakeGateway(LineRecorder output) : IRunningGateway
    {
        private readonly TaskCompletionSource _stopped = new();

        public GatewayLaunch? Launch { get; private set; }

        /// <summary>The apps file, which is gone with the demo.</summary>
        public string? Apps { get; private set; }

        public string BrokerAddress => "amqp://127.0.0.1:5672";

        public IReadOnlyDictionary<string, string> ConnectorEnvironment => new Dictionary<string, string> { ["DEMO_KEY"] = "secret" };

        public Task Stopped => _stopped.Task;

        public void Stop() => _stopped.TrySetResult();

        public Task<IRunningGateway> StartAsync(GatewayLaunch launch, CancellationToken cancellationToken)
        {
            Launch = launch;
            Apps = File.ReadAllText(launch.AppsFile);
            return Task.FromResult<IRunningGateway>(this);
        }

        public ValueTask DisposeAsync()
        {
            output.Add("gateway disposed");
            return ValueTask.CompletedTask;
        }
    }
}
