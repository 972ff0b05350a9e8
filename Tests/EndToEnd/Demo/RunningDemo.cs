using System.Globalization;
using System.Text.RegularExpressions;
using AppProxy.Tests.EndToEnd.Processes;

namespace AppProxy.Tests.EndToEnd.Demo;

/// <summary>The demo as a person starts it, ready.</summary>
internal sealed partial class RunningDemo : IAsyncDisposable
{
    private RunningDemo(RunningProgram program, int port, int[] connectors, int brokerPort)
    {
        Program = program;
        Port = port;
        Connectors = connectors;
        BrokerPort = brokerPort;
        Url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://app.localhost:{port}/"));
    }

    public RunningProgram Program { get; }

    public int Port { get; }

    public int BrokerPort { get; }

    /// <summary>Process ids.</summary>
    public int[] Connectors { get; }

    /// <summary>As people open it.</summary>
    public Uri Url { get; }

    public static async Task<RunningDemo> StartAsync(CancellationToken cancellationToken, params string[] options)
    {
        var port = LoopbackPort.Take();
        var program = RunningProgram.Start(
            ProductExecutables.Gateway, ["demo", "--urls", string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}"), .. options]);
        try
        {
            await program.WaitForLineAsync("Ready: ", cancellationToken);
            var output = program.Output;
            return new RunningDemo(
                program,
                port,
                [.. ConnectorLine().Matches(output).Select(static match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))],
                int.Parse(BrokerLine().Match(output).Groups[1].Value, CultureInfo.InvariantCulture));
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    public HttpClient CreateClient() => LoopbackClient.Create(Url);

    public ValueTask DisposeAsync() => Program.DisposeAsync();

    [GeneratedRegex(@"^  Connector \d+ +pid (\d+)", RegexOptions.Multiline)]
    private static partial Regex ConnectorLine();

    [GeneratedRegex(@"^  Broker +amqp://127\.0\.0\.1:(\d+)", RegexOptions.Multiline)]
    private static partial Regex BrokerLine();
}
