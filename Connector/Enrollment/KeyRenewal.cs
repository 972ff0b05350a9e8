namespace AppProxy.Connector.Enrollment;

/// <summary>Gives the connector a new key every month, without anybody's help.</summary>
internal sealed partial class KeyRenewal(EnrolledConnector connector, TimeProvider time, ILogger<KeyRenewal> logger) : BackgroundService
{
    public static readonly TimeSpan KeyLife = TimeSpan.FromDays(30);

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                if (connector.Identity.NextPrivateKey is not null || time.GetUtcNow() - connector.Identity.KeyCreatedAt >= KeyLife)
                {
                    await RenewAsync(stoppingToken);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The connector stops.
        }
    }

    private async Task RenewAsync(CancellationToken stopping)
    {
        try
        {
            await connector.RenewKeyAsync(stopping);
        }
        catch (Exception failed) when (failed is GatewayCallException or EnrollmentException)
        {
            // The present key goes on; in an hour there is another try.
            LogFailed(failed.Message);
        }
    }

    [LoggerMessage(2404, LogLevel.Warning, "The connector's key could not be renewed; it is tried again in an hour: {Reason}")]
    private partial void LogFailed(string reason);
}
