namespace AppProxy.Gateway.Demo;

/// <summary>Keeps one connector running: starts it again, later each time, when it ends unasked.</summary>
internal sealed class ConnectorSupervisor : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>A connector that lived that long did not fail at its start: the pauses begin anew.</summary>
    private static readonly TimeSpan HealthyLife = TimeSpan.FromSeconds(30);

    /// <summary>Longer than a connector gives its exchanges when it stops, shorter than a person waits.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private readonly string _name;
    private readonly Func<ConnectorProcess> _start;
    private readonly Action<string> _report;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private volatile ConnectorProcess _process;

    /// <summary>Starts the first process before it returns.</summary>
    /// <exception cref="DemoException">It cannot be started at all.</exception>
    public ConnectorSupervisor(string name, Func<ConnectorProcess> start, Action<string> report, TimeProvider time)
    {
        _name = name;
        _start = start;
        _report = report;
        _time = time;
        _process = start();
        _running = RunAsync();
    }

    /// <summary>Of the present process, or of the last one.</summary>
    public int ProcessId => _process.Id;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var pause = FirstPause;
        while (true)
        {
            var process = _process;
            var started = _time.GetTimestamp();
            int exitCode;
            try
            {
                exitCode = await process.Exited.WaitAsync(_stopping.Token);
            }
            catch (OperationCanceledException)
            {
                await process.StopAsync(StopPatience, _time);
                process.Dispose();
                return;
            }

            process.Dispose();
            pause = _time.GetElapsedTime(started) > HealthyLife ? FirstPause : pause;
            _report($"{_name} (pid {process.Id}) ended unexpectedly with exit code {exitCode}; starting it again in {pause.TotalSeconds} s");
            do
            {
                try
                {
                    await Task.Delay(pause, _time, _stopping.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }

                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            while (!TryStartAgain());
        }
    }

    private bool TryStartAgain()
    {
        try
        {
            _process = _start();
            _report($"{_name} runs again (pid {_process.Id})");
            return true;
        }
        catch (DemoException exception)
        {
            _report(exception.Message);
            return false;
        }
    }
}
