using System.Diagnostics;
using System.Globalization;
using AppProxy.Gateway.Demo;
using AppProxy.Testing;

namespace AppProxy.Tests.EndToEnd.Promises;

/// <summary>A connector in a process of its own, which the operating system can kill and freeze.</summary>
internal sealed class ProcessConnector : IAsyncDisposable
{
    private readonly ConnectorProcess _process;
    private readonly Signal _connected;

    private ProcessConnector(ConnectorProcess process, Signal connected)
    {
        _process = process;
        _connected = connected;
    }

    private static string Executable
    {
        get
        {
            // artifacts/bin/Tests/<configuration>/ lies beside artifacts/bin/Connector/<configuration>/.
            var own = new DirectoryInfo(AppContext.BaseDirectory);
            var name = OperatingSystem.IsWindows() ? "AppProxy.Connector.exe" : "AppProxy.Connector";
            return Path.Combine(own.Parent!.Parent!.FullName, "Connector", own.Name, name);
        }
    }

    /// <summary>Starts one, and returns when it pulls.</summary>
    public static async Task<ProcessConnector> StartAsync(TestEnvironment proxy, CancellationToken cancellationToken)
    {
        var connected = new Signal();
        var settings = proxy.GetConnectorSettings().ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value!);
        var process = ConnectorProcess.Start(Executable, settings, line =>
        {
            if (line.Contains("connected to the broker", StringComparison.Ordinal))
            {
                connected.Set();
            }
        });
        var connector = new ProcessConnector(process, connected);
        try
        {
            await connector._connected.WaitAsync(cancellationToken);
            return connector;
        }
        catch
        {
            await connector.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it where it stands: it can't say a word.</summary>
    public Task KillAsync() => SendAsync("-KILL");

    /// <summary>Stops it where it stands; its connections stay open.</summary>
    public Task FreezeAsync() => SendAsync("-STOP");

    /// <summary>Lets it go on from where it stood.</summary>
    public Task ThawAsync() => SendAsync("-CONT");

    public async ValueTask DisposeAsync()
    {
        if (!_process.Exited.IsCompleted)
        {
            await KillAsync();
        }

        await _process.Exited;
        _process.Dispose();
    }

    private async Task SendAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
