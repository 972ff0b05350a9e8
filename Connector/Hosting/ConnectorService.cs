using AppProxy.Connector.Enrollment;
using AppProxy.Connector.Execution;
using AppProxy.Connector.Pull;
using AppProxy.Connector.Settings;
using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Transport;

namespace AppProxy.Connector.Hosting;

/// <summary>
/// The connector's life: connect and pull; beat and watch; and to stop, in this order: pull no more, finish what runs, close the links. One that its
/// gateway shuts out stops in the same order, and connects again if the gateway takes it again.
/// </summary>
internal sealed partial class ConnectorService(
    ConnectorOptions options, ConnectorLinks links, BrokerConnector broker, TimeProvider time, ILogger<ConnectorService> logger, EnrolledConnector? enrolled = null)
    : BackgroundService
{
    /// <summary>Windows are small: more takes this long only when the broker takes nothing.</summary>
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(250);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        LogStopping(links.Exchanges);
        await links.StopPullingAsync(cancellationToken);
        await WaitForExchangesAsync(cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var supervisor = new TransportSupervisor($"connector of group '{options.Group}'", broker.ConnectAsync, links, time, logger);
        links.Supervise(supervisor);
        await Task.WhenAll(enrolled is null ? supervisor.RunAsync(stoppingToken) : ServeAsync(supervisor, enrolled.Standing, stoppingToken), SweepAsync(stoppingToken));
    }

    private async Task ServeAsync(TransportSupervisor supervisor, Standing standing, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                using var serving = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                var run = supervisor.RunAsync(serving.Token);
                try
                {
                    await standing.WaitAsync(isShutOut: true, stopping);
                    await WithdrawAsync(standing.Refusal?.Message, stopping);
                }
                finally
                {
                    await serving.CancelAsync();
                    await run;
                }

                await standing.WaitAsync(isShutOut: false, stopping);
                LogTakenAgain();
                links.PullAgain();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The connector stops.
        }
    }

    /// <summary>What it would take now is lost for the group: the gateway does not believe its answers any more.</summary>
    private async Task WithdrawAsync(string? reason, CancellationToken stopping)
    {
        LogShutOut(links.Exchanges, Standing.Interval.TotalSeconds, reason);
        using var timeout = new CancellationTokenSource(FlushTimeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        await links.StopPullingAsync(limit.Token);
        await WaitForExchangesAsync(stopping);
    }

    private async Task WaitForExchangesAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        try
        {
            while (links.Exchanges > 0 && time.GetElapsedTime(asked) < options.StopTimeout)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The host waits no longer.
        }

        if (links.Exchanges > 0)
        {
            LogGivenUp(links.Exchanges);
            links.EndAll(ExchangeFailure.ConnectorShutdown);
        }

        // The last frames are still on their way when the exchanges are through.
        asked = time.GetTimestamp();
        while (!links.IsFlushed && time.GetElapsedTime(asked) < FlushTimeout)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, CancellationToken.None);
        }
    }

    /// <summary>Everything that is due by the clock: heartbeats, silent gateways, apps that take too long.</summary>
    private async Task SweepAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(SweepInterval, time);
        var lastSweep = time.GetTimestamp();
        var lastBeat = lastSweep;
        var reportedSkew = false;
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                var paused = time.GetElapsedTime(lastSweep) > Heartbeats.OwnPause;
                lastSweep = time.GetTimestamp();
                var beats = time.GetElapsedTime(lastBeat) >= Heartbeats.Interval - (SweepInterval / 2);
                lastBeat = beats ? lastSweep : lastBeat;
                foreach (var gateway in links.Gateways)
                {
                    Sweep(gateway, beats, paused);
                }

                links.ForgetIdleGateways();
                if (links.Clock.IsSkewed != reportedSkew)
                {
                    reportedSkew = !reportedSkew;
                    LogClock(links.Clock.Offset);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end of the loop.
        }
    }

    private void Sweep(GatewaySession gateway, bool beats, bool paused)
    {
        if (gateway.Exchanges.IsEmpty && !gateway.OwesBeat)
        {
            return;
        }

        if (beats)
        {
            gateway.Beat(links.UplinkSession);
        }

        if (paused)
        {
            gateway.Excuse();
        }

        var lost = gateway.IsLost;
        if (lost)
        {
            LogGatewayLost(gateway.Session, gateway.Exchanges.Count);
        }

        foreach (var (_, exchange) in gateway.Exchanges)
        {
            if (lost)
            {
                exchange.End(ExchangeFailure.GatewayLost, tellGateway: false);
            }
            else
            {
                Sweep(exchange);
            }
        }
    }

    private void Sweep(ConnectorExchange exchange)
    {
        if (exchange.CalledAt == 0)
        {
            if (exchange.IsDeadlineOver)
            {
                exchange.End(ExchangeFailure.DeadlineOver);
            }
        }
        else if (!exchange.IsStreaming)
        {
            // A large upload takes its time: the app's begins anew with each piece that it took, and stands still while it waits for one.
            if (exchange.ResponseHeadTimeout > TimeSpan.Zero && !exchange.IsAwaitingBody && time.GetElapsedTime(exchange.LastMoved) > exchange.ResponseHeadTimeout)
            {
                exchange.End(ExchangeFailure.AppTimeout);
            }
        }
        else if (exchange.IdleTimeout > TimeSpan.Zero && !exchange.IsAppHeldBack && time.GetElapsedTime(exchange.LastMoved) > exchange.IdleTimeout)
        {
            exchange.End(ExchangeFailure.AppIdle);
        }
    }

    [LoggerMessage(2201, LogLevel.Information, "Stopping: no more requests are pulled; {Count} under way are finished first")]
    private partial void LogStopping(int count);

    [LoggerMessage(2202, LogLevel.Warning, "{Count} requests took longer than the stop may; they end with an error")]
    private partial void LogGivenUp(int count);

    [LoggerMessage(2203, LogLevel.Warning, "Gateway instance {Session} is silent; {Count} app calls for it are cancelled")]
    private partial void LogGatewayLost(Guid session, int count);

    [LoggerMessage(2205, LogLevel.Warning, "The gateway has shut this connector out: it takes no more requests, finishes {Count} under way, closes its links, and asks again every {Seconds} s: {Reason}")]
    private partial void LogShutOut(int count, double seconds, string? reason);

    [LoggerMessage(2206, LogLevel.Information, "The gateway takes this connector again")]
    private partial void LogTakenAgain();

    [LoggerMessage(2204, LogLevel.Warning, "This machine's clock differs from the broker's by {Offset}; deadlines allow for it, but check the time service")]
    private partial void LogClock(TimeSpan offset);
}
