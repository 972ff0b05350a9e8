using System.Diagnostics;

namespace AppProxy.Benchmarks.Running;

/// <summary>
/// A process of this run. Its standard input stays open for as long as it is wanted; disposing closes it, waits briefly,
/// and then kills the process and what it started, by id.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Task _errors;
    private readonly Queue<string> _lastErrors = new();

    private ChildProcess(Process process)
    {
        _process = process;
        _errors = CollectErrorsAsync();
    }

    public int Id => _process.Id;

    public StreamWriter Input => _process.StandardInput;

    public StreamReader Output => _process.StandardOutput;

    /// <summary>Starts this program again in another role.</summary>
    public static ChildProcess StartRole(params string[] arguments) =>
        StartRole([], arguments);

    public static ChildProcess StartRole(IEnumerable<KeyValuePair<string, string>> environment, params string[] arguments) =>
        Start(Environment.ProcessPath ?? throw new InvalidOperationException("The benchmarks run from their own executable."), environment, arguments);

    public static ChildProcess Start(string fileName, IEnumerable<KeyValuePair<string, string>> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(fileName, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new ChildProcess(Process.Start(start) ?? throw new InvalidOperationException($"{fileName} did not start."));
    }

    /// <summary>What the process said last about its troubles.</summary>
    public string LastErrors()
    {
        lock (_lastErrors)
        {
            return string.Join(" | ", _lastErrors);
        }
    }

    public bool HasExited => _process.HasExited;

    public async ValueTask DisposeAsync()
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
            await _process.WaitForExitAsync().WaitAsync(StopTime, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        await _errors;
        _process.Dispose();
    }

    private async Task CollectErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_lastErrors)
            {
                _lastErrors.Enqueue(line);
                if (_lastErrors.Count > 5)
                {
                    _lastErrors.Dequeue();
                }
            }
        }
    }
}
