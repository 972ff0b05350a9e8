using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Catalogue;
using AppProxy.Gateway.Diagnostics;

namespace AppProxy.Gateway.Relay;

/// <summary>Keeps the relay of each connector group connected, and does what is due by the clock: heartbeats, lost instances, time-outs.</summary>
internal sealed class RelayService(
    GroupRelays groups,
    CatalogueStore catalogue,
    IRelayTransport transport,
    WindowBudget budget,
    GatewayMeter meter,
    TimeProvider time,
    ILoggerFactory loggers) : BackgroundService
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(250);

    private readonly List<Task> _supervisors = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        void AddGroups(CatalogueSnapshot snapshot)
        {
            lock (_supervisors)
            {
                foreach (var group in snapshot.Groups)
                {
                    AddGroup(group.Name, stoppingToken);
                }
            }
        }

        catalogue.Changed += AddGroups;
        AddGroups(catalogue.Current);
        try
        {
            await SweepAsync(stoppingToken);
        }
        finally
        {
            catalogue.Changed -= AddGroups;
            foreach (var group in groups.All)
            {
                foreach (var exchange in group.Exchanges)
                {
                    exchange.End(ExchangeFailure.GatewayShutdown);
                }
            }

            Task[] supervisors;
            lock (_supervisors)
            {
                supervisors = [.. _supervisors];
            }

            await Task.WhenAll(supervisors);
        }
    }

    private void AddGroup(string name, CancellationToken stopping)
    {
        var logger = loggers.CreateLogger<GroupRelay>();
        var relay = new GroupRelay(name, budget, meter, time, logger);
        if (!groups.TryAdd(relay))
        {
            return;
        }

        var supervisor = new TransportSupervisor($"gateway for group '{name}'", token => transport.ConnectAsync(name, token), relay, time, logger);
        relay.Supervise(supervisor);
        _supervisors.Add(supervisor.RunAsync(stopping));
    }

    private async Task SweepAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(SweepInterval, time);
        var lastSweep = time.GetTimestamp();
        var lastBeat = lastSweep;
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                var paused = time.GetElapsedTime(lastSweep) > Heartbeats.OwnPause;
                lastSweep = time.GetTimestamp();
                var beats = time.GetElapsedTime(lastBeat) >= Heartbeats.Interval - (SweepInterval / 2);
                lastBeat = beats ? lastSweep : lastBeat;
                foreach (var group in groups.All)
                {
                    Sweep(group, beats, paused);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end of the loop.
        }
    }

    private void Sweep(GroupRelay group, bool beats, bool paused)
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
            else if (beats && !instance.Runs.IsEmpty)
            {
                instance.Beat(group.ReplySession);
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
        else if (exchange.IsCommitted && settings.IdleTimeout > TimeSpan.Zero && time.GetElapsedTime(exchange.LastMoved) > settings.IdleTimeout)
        {
            exchange.End(exchange.Response.IsComplete ? ExchangeFailure.ClientIdle : ExchangeFailure.AppIdle);
        }
    }
}
