using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.SignIn.Sessions;

/// <summary>Saves when sessions were last used: beside <see cref="SessionWatch"/>, which looks for revocations every second, however many there are to save.</summary>
internal sealed partial class SessionSaver(SessionRegistry sessions, TimeProvider time, ILogger<SessionSaver> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>In one transaction: others write to the store between two.</summary>
    private const int Batch = 1000;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // Whoever starts next knows of all; also where this one stopped before it began.
        await SaveAsync(TimeSpan.Zero, CancellationToken.None);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await SaveAsync(Interval, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private async Task SaveAsync(TimeSpan step, CancellationToken cancellationToken)
    {
        var seen = new List<(Guid Session, DateTimeOffset LastSeenAt)>();
        foreach (var session in sessions.All)
        {
            if (session.TryTakeUnsaved(step, out var lastSeen))
            {
                seen.Add((session.Id, lastSeen));
            }
        }

        try
        {
            // By time, since the store takes those of one second together.
            foreach (var batch in seen.OrderBy(static use => use.LastSeenAt).Chunk(Batch))
            {
                await sessions.Storage.TouchAsync(batch, cancellationToken);
            }
        }
        catch (StoreException exception)
        {
            // Those that are used on are saved the next time; the others are a little younger than is known.
            LogNotSaved(seen.Count, exception.Message);
        }
    }

    [LoggerMessage(6002, LogLevel.Warning, "When up to {Count} sessions were last used is not saved in the store: {Reason}")]
    private partial void LogNotSaved(int count, string reason);
}
