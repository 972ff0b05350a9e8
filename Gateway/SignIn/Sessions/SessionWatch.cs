using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>What is due by the clock: sessions that other gateways ended end here too; old ones go.</summary>
internal sealed partial class SessionWatch(SessionRegistry sessions, TimeProvider time, ILogger<SessionWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PurgeInterval = TimeSpan.FromMinutes(5);

    /// <summary>Gateways' clocks may differ by this much, and a transaction take this long to be seen.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(2);

    /// <summary>When the store last said what ended: what it could not be asked meanwhile is asked when it is back.</summary>
    private DateTimeOffset _looked;
    private DateTimeOffset _purged;
    private bool _isAway;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        _looked = _purged = time.GetUtcNow();
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TickAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private async Task TickAsync(CancellationToken stopping)
    {
        try
        {
            var now = time.GetUtcNow();
            sessions.End(await sessions.Storage.FindEndedAsync(_looked - Overlap, stopping));
            _looked = now;

            if (now - _purged >= PurgeInterval)
            {
                _purged = now;
                sessions.Trim();
                await sessions.Storage.PurgeAsync(now - SessionRegistry.Remember, now, stopping);
            }

            _isAway = false;
        }
        catch (StoreException exception)
        {
            // Asked again in a second; told once.
            if (!_isAway)
            {
                _isAway = true;
                LogStoreAway(exception.Message);
            }
        }
    }

    [LoggerMessage(6001, LogLevel.Warning, "Sessions cannot be kept up with the store; those that other gateways end go on here until it is back: {Reason}")]
    private partial void LogStoreAway(string reason);
}
