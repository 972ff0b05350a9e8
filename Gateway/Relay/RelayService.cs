using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Diagnostics;
using Microsoft.Extensions.Options;

namespace AppProxy.Gateway.Relay;

/// <summary>Keeps the relay of each connector group connected, and does what is due by the clock: heartbeats, lost instances, time-outs.</summary>
internal sealed class RelayService(
    GroupRelays groups,
    CatalogueStore catalogue,
    IRelayTransport transport,
    WindowBudget budget,
    GatewayMeter meter,
    TimeProvider time,
    IOptions<HostOptions> host,
    ILoggerFactory loggers,
    IConnectorReach? reach = null) : BackgroundService, IHostedLifecycleService
{
    /// <summary>What is left of the host's time to stop, for telling clients before their connections are cut.</summary>
    private static readonly TimeSpan TimeToTell = TimeSpan.FromSeconds(5);

    /// <summary>Whoever runs a request has named itself by then, or never will.</summary>
    private static readonly TimeSpan TimeToBeTaken = TimeSpan.FromSeconds(1);

    /// <summary>An exchange in which something moved since then is in use.</summary>
    private static readonly TimeSpan TimeInUse = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(250);

    private readonly List<Task> _supervisors = [];
    private readonly CancellationTokenSource _supervised = new();

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Comes before the broker parts from its connectors and the server from its clients (this was registered last): nothing new is begun, what no
    /// connector takes ends soon, and what one has gets most of the time there is to be finished.
    /// </summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var drained = groups.CloseAsync();
        var grace = host.Value.ShutdownTimeout - TimeToTell;
        if (!await IsDrainedAsync(drained, TimeToBeTaken, cancellationToken))
        {
            End(static exchange => !exchange.IsTaken);
            if (!await IsDrainedAsync(drained, grace - TimeToBeTaken, cancellationToken))
            {
                End(static _ => true);
            }
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Knows the groups before the server takes requests, which starts after this: what runs in the background begins whenever a thread is free for it.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        catalogue.Changed += AddGroups;
        AddGroups(catalogue.Current);
        return base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        catalogue.Changed -= AddGroups;
        End(static _ => true);
        await _supervised.CancelAsync();
        Task[] supervisors;
        lock (_supervisors)
        {
            supervisors = [.. _supervisors];
        }

        await Task.WhenAll(supervisors).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override void Dispose()
    {
        // Also of a host that failed to start, which nobody stops.
        _supervised.Cancel();
        _supervised.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => SweepAsync(stoppingToken);

    private void AddGroups(CatalogueSnapshot snapshot)
    {
        lock (_supervisors)
        {
            foreach (var group in snapshot.Groups)
            {
                AddGroup(group.Name);
            }
        }
    }

    private async Task<bool> IsDrainedAsync(Task drained, TimeSpan within, CancellationToken cancellationToken)
    {
        try
        {
            await drained.WaitAsync(within > TimeSpan.Zero ? within : TimeSpan.Zero, time, cancellationToken);
            return true;
        }
        catch (Exception late) when (late is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }

    private void End(Func<GatewayExchange, bool> whether)
    {
        foreach (var group in groups.All)
        {
            foreach (var exchange in group.Exchanges)
            {
                if (whether(exchange))
                {
                    exchange.End(ExchangeFailure.GatewayShutdown);
                }
            }
        }
    }

    private void AddGroup(string name)
    {
        var logger = loggers.CreateLogger<GroupRelay>();
        var relay = new GroupRelay(name, budget, meter, time, logger, reach);
        if (!groups.TryAdd(relay))
        {
            return;
        }

        var supervisor = new TransportSupervisor($"gateway for group '{name}'", token => transport.ConnectAsync(name, token), relay, time, logger);
        relay.Supervise(supervisor);
        _supervisors.Add(supervisor.RunAsync(_supervised.Token));
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(SweepInterval, time);
        var lastSweep = time.GetTimestamp();
        var lastBeat = lastSweep;
        var hinted = catalogue.Current.Version;
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                var paused = time.GetElapsedTime(lastSweep) > Heartbeats.OwnPause;
                lastSweep = time.GetTimestamp();
                var beats = time.GetElapsedTime(lastBeat) >= Heartbeats.Interval - (SweepInterval / 2);
                lastBeat = beats ? lastSweep : lastBeat;

                // Once for those too that have nothing of ours: there are other settings now.
                var version = catalogue.Current.Version;
                var hints = beats && version != hinted;
                hinted = hints ? version : hinted;
                foreach (var group in groups.All)
                {
                    Sweep(group, beats, paused, hints);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end of the loop.
        }
    }

    private void Sweep(GroupRelay group, bool beats, bool paused, bool hints)
    {
        foreach (var instance in group.Instances)
        {
            if (paused)
            {
                instance.Excuse();
            }

            if (instance.IsLost)
            {
                group.Lose(instance);
            }
            else if (beats && (!instance.Runs.IsEmpty || hints))
            {
                instance.Beat(group.ReplySession, catalogue.Current.Version);
            }
        }

        group.ForgetIdleInstances();
        foreach (var exchange in group.Exchanges)
        {
            Sweep(exchange);
        }
    }

    private void Sweep(GatewayExchange exchange)
    {
        var settings = exchange.App.Relay;
        if (exchange.Admission is { } admission)
        {
            if (admission.IsOver)
            {
                exchange.End(ExchangeFailure.AccessRevoked);
                return;
            }

            if (time.GetElapsedTime(exchange.LastMoved) < TimeInUse)
            {
                admission.Using();
            }
        }

        if (settings.TotalTimeout is { } total && time.GetElapsedTime(exchange.Began) > total)
        {
            exchange.End(ExchangeFailure.TotalTimeout);
        }
        else if (!exchange.IsTaken)
        {
            if (time.GetElapsedTime(exchange.SentAt) > settings.WaitForConnector)
            {
                exchange.End(ExchangeFailure.NoConnector);
            }
        }
        else if (settings.IdleTimeout > TimeSpan.Zero && time.GetElapsedTime(exchange.LastMoved) > settings.IdleTimeout)
        {
            if (exchange.AwaitsClientRead || exchange.Response.IsComplete || (!exchange.IsCommitted && exchange.AwaitsClientBody))
            {
                exchange.End(ExchangeFailure.ClientIdle);
            }
            else if (exchange.IsCommitted)
            {
                exchange.End(ExchangeFailure.AppIdle);
            }
        }
    }
}
