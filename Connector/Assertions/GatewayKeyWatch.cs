using AppProxy.Connector.Enrollment;

namespace AppProxy.Connector.Assertions;

/// <summary>Learns the gateway's next key while it is announced, before it signs. Without a pin there is nothing to learn, which is told once.</summary>
internal sealed partial class GatewayKeyWatch(TimeProvider time, ILogger<GatewayKeyWatch> logger, GatewayKeyRing? keys = null) : BackgroundService
{
    /// <summary>A new key is announced for a minute: three chances to hear of it.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    private string? _told;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (keys is null)
        {
            LogUnverified();
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await ReadAsync(keys, stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The connector stops.
        }
    }

    private async Task ReadAsync(GatewayKeyRing ring, CancellationToken stopping)
    {
        try
        {
            await ring.ReadAsync(stopping);
            _told = null;
        }
        catch (GatewayCallException failed)
        {
            // The keys at hand go on; told once.
            if (_told != failed.Message)
            {
                _told = failed.Message;
                LogFailed(failed.Message);
            }
        }
    }

    [LoggerMessage(2601, LogLevel.Warning, "This connector cannot verify who asks: it believes whoever may write to the group's queue. Enrol it, or give the thumbprint of the gateway's key in Connector:GatewayKey")]
    private partial void LogUnverified();

    [LoggerMessage(2602, LogLevel.Warning, "The gateway's keys cannot be read; those known so far go on: {Reason}")]
    private partial void LogFailed(string reason);
}
