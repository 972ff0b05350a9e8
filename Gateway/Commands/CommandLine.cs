using System.CommandLine;
using AppProxy.Gateway.Demo;

namespace AppProxy.Gateway.Commands;

/// <summary>The verbs of the gateway's executable, and one clear line with exit code 2 for what the person who typed can mend.</summary>
internal sealed class CommandLine
{
    private const int WrongUsage = 2;
    private static readonly string[] HelpAndVersion = ["-h", "-?", "/h", "/?", "--help", "--version"];

    private readonly Func<string[], Task<int>> _runHost;
    private readonly Func<DemoOptions, TextWriter, CancellationToken, Task<int>> _runDemo;
    private readonly InvocationConfiguration _invocation;

    /// <param name="runHost">No verb: runs the gateway, with arguments that are configuration as in every .NET host.</param>
    /// <param name="runDemo"><c>demo</c>.</param>
    /// <param name="invocation">Where to write; null is the terminal.</param>
    public CommandLine(Func<string[], Task<int>> runHost, Func<DemoOptions, TextWriter, CancellationToken, Task<int>> runDemo, InvocationConfiguration? invocation = null)
    {
        _runHost = runHost;
        _runDemo = runDemo;
        _invocation = invocation ?? new InvocationConfiguration();
        _invocation.EnableDefaultExceptionHandler = false;
        // The verbs listen for signals themselves, and need their time to stop.
        _invocation.ProcessTerminationTimeout = null;
    }

    public async Task<int> RunAsync(string[] args)
    {
        try
        {
            if (IsForHost(args))
            {
                return await _runHost(args);
            }

            var parsed = CreateRoot().Parse(args);
            if (parsed.UnmatchedTokens is [var unknown, ..])
            {
                return Refuse($"'{unknown}' is no command or option here; see --help");
            }

            if (parsed.Errors.Count > 0)
            {
                return Refuse(string.Join(" ", parsed.Errors.Select(error => error.Message.ReplaceLineEndings(" "))));
            }

            return await parsed.InvokeAsync(_invocation);
        }
        catch (Exception exception) when (StartFailure.Describe(exception) is { } reason)
        {
            return Refuse(reason);
        }
    }

    /// <summary>A word is a verb; an option or a key=value is configuration.</summary>
    private static bool IsForHost(string[] args)
        => args is not [var first, ..]
            || ((first.StartsWith('-') || first.StartsWith('/') || first.Contains('=', StringComparison.Ordinal)) && !HelpAndVersion.Contains(first, StringComparer.Ordinal));

    private RootCommand CreateRoot()
    {
        var root = new RootCommand("AppProxy gateway. Without a command it runs as configured (appsettings.json, environment, --key value).");
        root.Add(CreateDemo());
        root.Add(AccessCommands.Create());
        root.Add(BrokerCommands.Create());
        root.Add(CertificateCommands.Create());
        root.Add(AppCommands.Create());
        root.Add(LogCommands.Create());
        root.Add(SessionCommands.Create());
        root.Add(UserCommands.Create());
        foreach (var command in CatalogueCommands.Create().Concat(StoreCommands.Create()).Concat(ConnectorCommands.Create()))
        {
            root.Add(command);
        }

        return root;
    }

    private Command CreateDemo()
    {
        var urls = new Option<string>("--urls")
        {
            Description = "Where the gateway listens.",
            HelpName = "URL",
            DefaultValueFactory = _ => "http://localhost:8080",
        };
        var internalUrl = new Option<string?>("--internal-url")
        {
            Description = "An app of yours to publish in place of the sample app: open, so only while the gateway listens on loopback.",
            HelpName = "URL",
        };
        var signIn = new Option<bool>("--sign-in") { Description = "People sign in for the app named with --internal-url too, as they do for the sample app." };
        var connectors = new Option<string>("--connectors")
        {
            Description = "How many connectors to start (1 to 16).",
            HelpName = "N",
            DefaultValueFactory = _ => "1",
        };
        var demo = new Command("demo", "Starts a gateway, connectors and a sample app on this machine.") { urls, internalUrl, signIn, connectors };
        demo.SetAction(async (parsed, cancellationToken) =>
        {
            var options = DemoOptionsReader.Read(parsed.GetRequiredValue(urls), parsed.GetValue(internalUrl), parsed.GetRequiredValue(connectors), parsed.GetValue(signIn));
            using var signals = new TerminationSignals();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token, cancellationToken);
            try
            {
                return await _runDemo(options, parsed.InvocationConfiguration.Output, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Stopped while it was still starting.
                return 0;
            }
        });
        return demo;
    }

    private int Refuse(string reason)
    {
        _invocation.Error.WriteLine(reason);
        return WrongUsage;
    }
}
