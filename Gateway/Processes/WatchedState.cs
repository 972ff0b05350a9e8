namespace AppProxy.Gateway.Processes;

/// <summary>
/// What others need from their very start on: read before any of them begins, looked at again from time to time, until the last of them has stopped.
/// </summary>
internal abstract partial class WatchedState(TimeSpan interval, TimeProvider time, ILogger logger) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;
    private string? _reported;

    protected TimeProvider Time { get; } = time;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        _watching = WatchAsync(_stopping.Token);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _watching.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>Reads it now; what is thrown at the start stops the start.</summary>
    public abstract Task LoadAsync(CancellationToken cancellationToken);

    /// <summary>Reads it again; tells of what an operator can mend itself. What is thrown is logged as our fault, and it is looked at again.</summary>
    protected abstract Task LookAgainAsync(CancellationToken cancellationToken);

    private async Task WatchAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(interval, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                await LookOnceAsync(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private async Task LookOnceAsync(CancellationToken stopping)
    {
        try
        {
            await LookAgainAsync(stopping);
            _reported = null;
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            // A fault of ours with what is there now: what comes next is looked at all the same.
            if (_reported != failure.Message)
            {
                _reported = failure.Message;
                LogFailed(failure, GetType().Name);
            }
        }
    }

    [LoggerMessage(3403, LogLevel.Error, "{State} could not be read again, and stays as it was")]
    private partial void LogFailed(Exception failure, string state);
}
