using System.Diagnostics;
using System.Globalization;

namespace AppProxy.Tests.EndToEnd;

/// <summary>A gateway or connector as a process of its own, from the build's output; ended by its id.</summary>
internal sealed class ProductProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;
    private readonly Signal _ready = new();
    private readonly Queue<string> _lines = new();
    private bool _isDisposed;

    private ProductProcess(Process process, string readyText)
    {
        _process = process;
        _reading = ReadAsync(readyText);
    }

    public long ResidentOctets
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>Starts it, and returns when it has logged <paramref name="readyText"/>.</summary>
    /// <param name="name">AppProxy.Gateway or AppProxy.Connector.</param>
    /// <param name="settings">Its configuration by full key.</param>
    /// <param name="readyText">What it says when it is ready.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public static async Task<ProductProcess> StartAsync(
        string name, IEnumerable<KeyValuePair<string, string?>> settings, string readyText, CancellationToken cancellationToken)
    {
        // Its own output folder: beside the tests it would lack what the shared framework gives to a web project.
        var output = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", name["AppProxy.".Length..], Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar))));
        var start = new ProcessStartInfo(Path.Combine(output, name))
        {
            WorkingDirectory = output,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["APPPROXY_EXIT_WITH_PARENT"] = "1";
        foreach (var (key, value) in settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var started = new ProductProcess(Process.Start(start)!, readyText);
        try
        {
            await Task.WhenAny(started._ready.WaitAsync(cancellationToken), started._reading);
            return started._ready.IsSet ? started : throw new InvalidOperationException($"{name} did not start.");
        }
        catch
        {
            await TestContextLines(started);
            await started.DisposeAsync();
            throw;
        }
    }

    public Task FreezeAsync(CancellationToken cancellationToken) => SignalAsync("-STOP", cancellationToken);

    public Task ThawAsync(CancellationToken cancellationToken) => SignalAsync("-CONT", cancellationToken);

    public Task TerminateAsync(CancellationToken cancellationToken) => SignalAsync("-TERM", cancellationToken);

    public Task ExitedAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private static async Task TestContextLines(ProductProcess started)
    {
        foreach (var line in started._lines.ToArray())
        {
            await NUnit.Framework.TestContext.Progress.WriteLineAsync(line);
        }
    }

    private async Task SignalAsync(string signal, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellationToken);
    }

    private async Task ReadAsync(string readyText)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _lines.Enqueue(line);
            if (_lines.Count > 50)
            {
                _lines.Dequeue();
            }

            if (line.Contains(readyText, StringComparison.Ordinal))
            {
                _ready.Set();
            }
        }
    }
}
