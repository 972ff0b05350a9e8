using System.ComponentModel;
using System.Diagnostics;

namespace AppProxy.Gateway.Demo;

/// <summary>One connector as a child process. It ends with us whatever happens: its standard input is a pipe that only we hold.</summary>
/// <remarks>
/// The end of that pipe is the order to stop, on every operating system, and the kernel gives it even when this process is
/// killed. Settings go through the environment: a command line can be read by every user of the machine.
/// </remarks>
internal sealed class ConnectorProcess : IDisposable
{
    /// <summary>Asks the connector to stop at the end of its standard input (Connector/Hosting/ParentLifetime.cs).</summary>
    public const string ExitWithParent = "APPPROXY_EXIT_WITH_PARENT";

    private readonly Process _process;

    private ConnectorProcess(Process process, Action<string> onLine)
    {
        _process = process;
        Id = process.Id;
        Exited = WaitAsync(onLine);
    }

    public int Id { get; }

    /// <summary>Completes with the exit code, after the last line.</summary>
    public Task<int> Exited { get; }

    /// <exception cref="DemoException">The operating system did not start it.</exception>
    public static ConnectorProcess Start(string path, IReadOnlyDictionary<string, string> environment, Action<string> onLine)
    {
        var start = new ProcessStartInfo(path)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
            // Its own, or it would take the gateway's appsettings.json for its settings.
            WorkingDirectory = Path.GetDirectoryName(Path.GetFullPath(path)),
        };
        start.Environment[ExitWithParent] = "1";
        if (ConnectorExecutable.FindRuntime() is { } runtime)
        {
            start.Environment.TryAdd("DOTNET_ROOT", runtime);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return new ConnectorProcess(Process.Start(start)!, onLine);
        }
        catch (Win32Exception exception)
        {
            throw new DemoException($"The connector {path} cannot be started: {exception.Message}", exception);
        }
    }

    /// <summary>Tells it to stop, and kills it when it has not after <paramref name="patience"/>.</summary>
    public async Task StopAsync(TimeSpan patience, TimeProvider time)
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // Gone already.
        }

        try
        {
            await Exited.WaitAsync(patience, time);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            await Exited;
        }
    }

    public void Dispose() => _process.Dispose();

    private static async Task ReadAsync(StreamReader reader, Action<string> onLine)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            onLine(line);
        }
    }

    private async Task<int> WaitAsync(Action<string> onLine)
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput, onLine), ReadAsync(_process.StandardError, onLine), _process.WaitForExitAsync());
        return _process.ExitCode;
    }
}
