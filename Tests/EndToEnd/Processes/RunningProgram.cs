using System.Diagnostics;
using AppProxy.Gateway.Demo;

namespace AppProxy.Tests.EndToEnd.Processes;

/// <summary>A program as a person starts it: arguments in, lines out, an exit code at the end. Killed with its children when disposed.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningProgram(Process process)
    {
        _process = process;
        Id = process.Id;
        Exited = WaitAsync();
    }

    public int Id { get; }

    /// <summary>Completes with the exit code, after the last line.</summary>
    public Task<int> Exited { get; }

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    /// <summary>A variable without a value is taken away.</summary>
    public static RunningProgram Start(
        string path, IEnumerable<string> arguments, string? directory = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var (program, all) = Interrupts.Heed(path, arguments);
        var start = new ProcessStartInfo(program, all)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? Path.GetTempPath(),
        };
        if (ConnectorExecutable.FindRuntime() is { } runtime)
        {
            start.Environment.TryAdd("DOTNET_ROOT", runtime);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return new RunningProgram(Process.Start(start)!);
    }

    /// <summary>Starts it, and waits for its end.</summary>
    public static async Task<RunningProgram> RunAsync(
        string path,
        IEnumerable<string> arguments,
        CancellationToken cancellationToken,
        string? directory = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var program = Start(path, arguments, directory, environment);
        try
        {
            await program.Exited.WaitAsync(cancellationToken);
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>The first line of standard output that contains <paramref name="text"/>, past <paramref name="skip"/> earlier ones of that kind.</summary>
    public async Task<string> WaitForLineAsync(string text, CancellationToken cancellationToken, int skip = 0)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_output.Where(line => line.Contains(text, StringComparison.Ordinal)).Skip(skip).FirstOrDefault() is { } found)
                {
                    return found;
                }

                changed = _changed.Task;
            }

            if (Exited.IsCompleted)
            {
                throw new InvalidOperationException($"Ended with {await Exited} before it said '{text}'.\n{Output}\n{Errors}");
            }

            try
            {
                await Task.WhenAny(changed, Exited).WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"It never said '{text}'.\n{Output}\n{Errors}");
            }
        }
    }

    /// <summary>Sends a signal by its name, such as INT, TERM or KILL.</summary>
    public void Signal(string name) => Signal(name, Id);

    public static void Signal(string name, params int[] processes)
    {
        using var kill = Process.Start("kill", ["-" + name, .. processes.Select(id => id.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        kill.WaitForExit();
    }

    /// <summary>Waits for the end of a process that is not ours to start, such as a child's child.</summary>
    public static async Task WaitForEndAsync(int id, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (ArgumentException)
        {
            // Gone already.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!Exited.IsCompleted)
        {
            _process.Kill(entireProcessTree: true);
            await Exited;
        }

        _process.Dispose();
    }

    private async Task<int> WaitAsync()
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput, _output), ReadAsync(_process.StandardError, _errors), _process.WaitForExitAsync());
        return _process.ExitCode;
    }

    private async Task ReadAsync(StreamReader reader, List<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            TaskCompletionSource changed;
            lock (_lock)
            {
                lines.Add(line);
                changed = _changed;
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            changed.SetResult();
        }
    }

    private string Text(List<string> lines)
    {
        lock (_lock)
        {
            return string.Join('\n', lines);
        }
    }
}
