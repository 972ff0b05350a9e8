using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace AppProxy.Contracts.Transport;

/// <summary>
/// Keeps one transport open with its links: connects, hands it to the owner of the links, waits until anything of it is lost, and
/// begins again. All links of a transport live and die together: a single lost link is rare, and one way to recover is enough.
/// </summary>
internal sealed partial class TransportSupervisor(
    string name, Func<CancellationToken, ValueTask<ITransport>> connect, ILinkOwner links, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private TaskCompletionSource _linkLost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One of the links is lost: everything is opened anew.</summary>
    public void OnLinkLost()
    {
        lock (_gate)
        {
            _linkLost.TrySetResult();
        }
    }

    /// <summary>Runs until stopped; then the links are closed with their transport.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                // A connect may be cancelled by a time-out of its own: only our own stop ends the trying.
                ShouldHandle = attempt => ValueTask.FromResult(attempt.Outcome.Exception is not null && !stopping.IsCancellationRequested),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(50),
                MaxDelay = TimeSpan.FromSeconds(3),
                UseJitter = true,
                OnRetry = attempt =>
                {
                    LogConnectFailed(name, attempt.AttemptNumber + 1, Describe(attempt.Outcome.Exception!));
                    return ValueTask.CompletedTask;
                },
            })
            .Build();

        var shortLives = 0;
        while (!stopping.IsCancellationRequested)
        {
            ITransport transport;
            try
            {
                transport = await retry.ExecuteAsync(OpenAsync, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }

            LogConnected(name);
            var opened = time.GetTimestamp();
            Task linkLost;
            lock (_gate)
            {
                linkLost = _linkLost.Task;
            }

            try
            {
                await Task.WhenAny(transport.Closed, linkLost).WaitAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                await links.CloseAsync();
                await transport.DisposeAsync();
                return;
            }

            links.OnLost();
            LogLost(name, transport.Closed.IsCompleted && await transport.Closed is { } reason ? reason.Message : "a link was taken away");
            await transport.DisposeAsync();
            shortLives = time.GetElapsedTime(opened) < ShortLife ? shortLives + 1 : 0;
            if (shortLives > 1)
            {
                // Once is an accident; a broker that goes on taking us and dropping us is not helped by haste.
                await Task.Delay(ShortLife / 4, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static string Describe(Exception failure) =>
        failure is TransportException transport ? $"{transport.Failure}: {transport.Message}" : failure.Message;

    private async ValueTask<ITransport> OpenAsync(CancellationToken cancellationToken)
    {
        var transport = await connect(cancellationToken);
        try
        {
            lock (_gate)
            {
                _linkLost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            await links.OpenAsync(transport, cancellationToken);
            return transport;
        }
        catch
        {
            links.OnLost();
            await transport.DisposeAsync();
            throw;
        }
    }

    [LoggerMessage(1001, LogLevel.Information, "{Name}: connected to the broker")]
    private partial void LogConnected(string name);

    [LoggerMessage(1002, LogLevel.Warning, "{Name}: lost the broker ({Reason}); connecting again")]
    private partial void LogLost(string name, string reason);

    [LoggerMessage(1003, LogLevel.Warning, "{Name}: no connection to the broker, try {Attempt}: {Reason}")]
    private partial void LogConnectFailed(string name, int attempt, string reason);
}
