using System.Threading.Channels;
using AppProxy.Gateway.Audit.Storage;
using AppProxy.Gateway.Diagnostics;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Audit;

/// <summary>
/// Keeps the sign-in log: every event is logged at once, and goes to the store with others, beside requests. While the store is away they wait, up to
/// <see cref="MostWaiting"/>; what comes then is counted as lost.
/// </summary>
internal sealed partial class AuditWriter(GatewayMeter meter, AuditOptions options, TimeProvider time, ILogger<AuditWriter> logger, AuditDatabase? database = null) : BackgroundService, IAuditLog
{
    public const int MostWaiting = 10_000;

    private const int Batch = 500;

    /// <summary>What comes within it goes in one transaction.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan PurgeInterval = TimeSpan.FromHours(1);

    private readonly Channel<AuditRow> _waiting = Channel.CreateBounded<AuditRow>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly List<AuditRow> _batch = [];
    private readonly RepeatedDenials _repeated = new();
    private DateTimeOffset _purged;
    private long _lost;
    private bool _isAway;

    /// <summary>How many were not kept.</summary>
    public long Lost => Volatile.Read(ref _lost);

    public void Write(AuditEvent what)
    {
        if (!RepeatedDenials.Are(what) || _repeated.IsFirst(what, time.GetUtcNow()))
        {
            Keep(what);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        KeepRepeated(DateTimeOffset.MaxValue);
        if (database is not null)
        {
            // Requests are over by now.
            _waiting.Writer.TryComplete();
            while (await TrySaveAsync(database, cancellationToken) && _batch.Count > 0)
            {
                // The rest.
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                KeepRepeated(time.GetUtcNow());
                while (database is not null && await TrySaveAsync(database, stoppingToken) && _batch.Count > 0)
                {
                    // More than a batch is waiting.
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private void KeepRepeated(DateTimeOffset now)
    {
        foreach (var last in _repeated.Take(now))
        {
            Keep(last);
        }
    }

    private void Keep(AuditEvent what)
    {
        // As it is kept: much of it is what strangers sent.
        var row = AuditRow.Of(what, time.GetUtcNow());
        LogEvent(what.Kind, row.Outcome, row.UserName ?? row.User, row.App, row.Address, row.Policy, row.Reference, row.Detail);
        if (database is not null && !_waiting.Writer.TryWrite(row))
        {
            Interlocked.Increment(ref _lost);
            meter.AuditEventLost();
        }
    }

    /// <summary>Saves a batch; one that the store did not take is tried again.</summary>
    private async Task<bool> TrySaveAsync(AuditDatabase store, CancellationToken cancellationToken)
    {
        while (_batch.Count < Batch && _waiting.Reader.TryRead(out var row))
        {
            _batch.Add(row);
        }

        try
        {
            if (_batch.Count > 0)
            {
                // Whole or not at all, also when the gateway stops meanwhile.
                await store.AddAsync(_batch, CancellationToken.None);
                _batch.Clear();
                while (_batch.Count < Batch && _waiting.Reader.TryRead(out var row))
                {
                    _batch.Add(row);
                }
            }

            var now = time.GetUtcNow();
            if (now - _purged >= PurgeInterval)
            {
                _purged = now;
                await store.PurgeAsync(now - options.Retention, cancellationToken);
            }

            TellIfBack();
            return true;
        }
        catch (StoreException exception)
        {
            if (!_isAway)
            {
                _isAway = true;
                LogAway(MostWaiting, exception.Message);
            }

            return false;
        }
    }

    private void TellIfBack()
    {
        if (_isAway)
        {
            _isAway = false;
            LogBack(Lost);
        }
    }

    [LoggerMessage(6501, LogLevel.Information, "{Kind} {Outcome}: user '{User}', app '{App}', from {Address}, policy '{Policy}', reference {Reference}: {Detail}")]
    private partial void LogEvent(AuditKind kind, string outcome, string? user, string? app, string? address, string? policy, string? reference, string? detail);

    [LoggerMessage(6502, LogLevel.Warning, "The sign-in log cannot be kept in the store; up to {Most} events wait for it: {Reason}")]
    private partial void LogAway(int most, string reason);

    [LoggerMessage(6503, LogLevel.Warning, "The sign-in log is kept in the store again; {Lost} events since the start are not in it")]
    private partial void LogBack(long lost);
}
