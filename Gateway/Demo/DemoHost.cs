using System.Globalization;
using AppProxy.Gateway.Demo.SampleApp;

namespace AppProxy.Gateway.Demo;

/// <summary>The whole product on one machine, from one command.</summary>
/// <remarks>
/// 1. The sample app, unless an app was named. 2. The gateway with its broker, under keys that live as long as the demo, and
/// an apps file to play with. 3. Connectors, as processes of their own that enrol, as they will be later. 4. The banner. 5. "Ready", once the app answers through
/// all of it. 6. The end is asked for. 7. Everything stops in the order of a request's way back: connectors first, while the
/// gateway can still take their answers.
/// </remarks>
internal sealed class DemoHost
{
    private static readonly TimeSpan PatienceBeforeHint = TimeSpan.FromSeconds(15);

    private readonly DemoOptions _options;
    private readonly GatewayStarter _startGateway;
    private readonly DemoOutput _output;
    private readonly TimeProvider _time;
    private readonly ReadinessProbe _probe;

    /// <param name="isInColour">Whether <paramref name="output"/> shows colours.</param>
    public DemoHost(DemoOptions options, GatewayStarter startGateway, TextWriter output, TimeProvider time, bool isInColour = false)
    {
        _options = options;
        _startGateway = startGateway;
        _output = new DemoOutput(output, isInColour);
        _time = time;
        _probe = new ReadinessProbe(options, time);
        WaitUntilServedAsync = _probe.WaitAsync;
    }

    /// <summary>Path of the connector; null takes the one beside the gateway.</summary>
    public string? ConnectorPath { get; init; }

    /// <summary>Completes when the app answers through the gateway.</summary>
    public Func<CancellationToken, Task> WaitUntilServedAsync { get; init; }

    /// <summary>Runs until <paramref name="stop"/>; returns the exit code.</summary>
    /// <exception cref="DemoException">It cannot start. What had been started is stopped again.</exception>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        var connectorPath = ConnectorExecutable.Find(ConnectorPath);

        // 1.
        await using var sample = _options.InternalUrl is null ? await SampleAppHost.StartAsync(_time, stop) : null;
        var internalUrl = sample?.Url ?? _options.InternalUrl!;

        // 2.
        using var folder = new DemoFolder(DemoCatalogue.Write(_options, internalUrl));
        var launch = new GatewayLaunch(_options.Url, folder.AppsFile, _options.Connectors)
        {
            Store = _options.IsSignInOn ? folder.Store : null,
            ProbedHost = _options.ExternalUrl.Host,
        };
        await using var gateway = await _startGateway(launch, stop);
        _probe.Cookie = gateway.ProbeCookie;

        // 3.
        var connectors = new List<ConnectorSupervisor>();
        try
        {
            for (var number = 1; number <= _options.Connectors; number++)
            {
                connectors.Add(StartConnector(number, connectorPath, EnvironmentOf(number, gateway, folder)));
            }

            // 4.
            _output.Banner(_options, gateway.BrokerAddress, connectors.Select(connector => connector.ProcessId), internalUrl, folder.AppsFile, gateway.People);

            // 5., 6.
            return await ServeAsync(gateway, stop);
        }
        finally
        {
            // 7. What follows, gateway and sample app, is disposed when this method returns, last started first.
            await Task.WhenAll(connectors.Select(connector => connector.DisposeAsync().AsTask()));
        }
    }

    /// <summary>A connector that is started again finds its identity, and needs no token.</summary>
    private static Dictionary<string, string> EnvironmentOf(int number, IRunningGateway gateway, DemoFolder folder) => new(gateway.ConnectorEnvironment)
    {
        ["Connector__Identity"] = folder.IdentityOf(number),
        ["Connector__Name"] = string.Create(CultureInfo.InvariantCulture, $"demo-{number}"),
    };

    private ConnectorSupervisor StartConnector(int number, string path, IReadOnlyDictionary<string, string> environment)
    {
        var name = $"connector {number}";
        return new ConnectorSupervisor(
            name,
            () => ConnectorProcess.Start(path, environment, line => _output.Line($"[{name}] {line}")),
            _output.Line,
            _time);
    }

    private async Task<int> ServeAsync(IRunningGateway gateway, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var ready = SayWhenReadyAsync(gateway, end.Token);
        try
        {
            await gateway.Stopped.WaitAsync(stop);
            _output.Line("The gateway stopped by itself; so does the demo.");
            return 1;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            _output.Line("Stopping…");
            return 0;
        }
        finally
        {
            await end.CancelAsync();
            await ready;
        }
    }

    private async Task SayWhenReadyAsync(IRunningGateway gateway, CancellationToken cancellationToken)
    {
        try
        {
            var served = WaitUntilServedAsync(cancellationToken);
            try
            {
                await served.WaitAsync(PatienceBeforeHint, _time, cancellationToken);
            }
            catch (TimeoutException)
            {
                _output.Line($"Still not ready: {_options.InternalUrl?.AbsoluteUri ?? "the sample app"} does not answer through a connector yet. The lines above should tell why.");
                await served;
            }

            await gateway.EndProbeAsync();
            _output.Line($"Ready: {_options.ExternalUrl} (Ctrl+C stops)");
        }
        catch (OperationCanceledException)
        {
            // The demo ends before it was ready.
        }
    }
}
