using System.Globalization;
using System.Text.RegularExpressions;
using AppProxy.Tests.EndToEnd.Processes;
using AppProxy.Tests.EndToEnd.SignIn;

namespace AppProxy.Tests.EndToEnd.Demo;

/// <summary>The demo as a person starts it, ready.</summary>
internal sealed partial class RunningDemo : IAsyncDisposable
{
    private RunningDemo(RunningProgram program, int port, int[] connectors, int brokerPort, string appsFile)
    {
        AppsFile = appsFile;
        Program = program;
        Port = port;
        Connectors = connectors;
        BrokerPort = brokerPort;
        Url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://app.localhost:{port}/"));
    }

    public RunningProgram Program { get; }

    public int Port { get; }

    public int BrokerPort { get; }

    public string AppsFile { get; }

    /// <summary>Process ids.</summary>
    public int[] Connectors { get; }

    /// <summary>As people open it.</summary>
    public Uri Url { get; }

    public static Task<RunningDemo> StartAsync(CancellationToken cancellationToken, params string[] options)
        => StartAsync(null, options, cancellationToken);

    public static async Task<RunningDemo> StartAsync(string? directory, string[] options, CancellationToken cancellationToken)
    {
        var port = LoopbackPort.Take();
        var program = RunningProgram.Start(
            ProductExecutables.Gateway, ["demo", "--urls", string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}"), .. options], directory);
        try
        {
            await program.WaitForLineAsync("Ready: ", cancellationToken);
            var output = program.Output;
            var demo = new RunningDemo(
                program,
                port,
                [.. ConnectorLine().Matches(output).Select(static match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))],
                int.Parse(BrokerLine().Match(output).Groups[1].Value, CultureInfo.InvariantCulture),
                AppsLine().Match(output).Groups[1].Value);
            if (output.Contains("  Sign in as", StringComparison.Ordinal))
            {
                using var browser = new TestBrowser();
                await demo.SignInAsync(browser, "bob@demo.test", demo.Url, cancellationToken);
                demo.Cookie = browser.CookiesFor(demo.Url);
            }

            return demo;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>For Bob, where people sign in.</summary>
    public HttpClient CreateClient()
    {
        var client = LoopbackClient.Create(Url);
        if (Cookie.Length > 0)
        {
            client.DefaultRequestHeaders.Add("Cookie", Cookie);
        }

        return client;
    }

    /// <summary>What Bob's browser shows the app.</summary>
    public string Cookie { get; private set; } = "";

    /// <summary>Signs somebody in with what the console says.</summary>
    public async Task<BrowserAnswer> SignInAsync(TestBrowser browser, string name, Uri page, CancellationToken cancellationToken)
    {
        var password = Regex.Match(Program.Output, $"^  Sign in as    {Regex.Escape(name)}   (\\S+)", RegexOptions.Multiline).Groups[1].Value;
        return await browser.SubmitAsync(await browser.GoAsync(page, cancellationToken), cancellationToken, ("name", name), ("password", password));
    }

    public ValueTask DisposeAsync() => Program.DisposeAsync();

    [GeneratedRegex(@"^  Connector \d+ +pid (\d+)", RegexOptions.Multiline)]
    private static partial Regex ConnectorLine();

    [GeneratedRegex(@"^  Apps file +(\S+)", RegexOptions.Multiline)]
    private static partial Regex AppsLine();

    [GeneratedRegex(@"^  Broker +amqp://127\.0\.0\.1:(\d+)", RegexOptions.Multiline)]
    private static partial Regex BrokerLine();
}
