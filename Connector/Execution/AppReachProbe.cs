using System.Collections.Concurrent;
using System.Net.Sockets;
using AppProxy.Connector.Destinations;
using AppProxy.Contracts.Identity;

namespace AppProxy.Connector.Execution;

/// <summary>
/// Tries every few seconds whether the apps' hosts take connections: a bare connection, of which an app need not notice anything. Once a minute
/// those with https get a handshake too.
/// </summary>
internal sealed class AppReachProbe(AppClients apps, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private const int RoundsToTls = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, AppReach> _apps = new(StringComparer.OrdinalIgnoreCase);

    private int _round;

    /// <summary>What is known now.</summary>
    public IReadOnlyDictionary<string, AppReach> Apps => _apps;

    /// <summary>Tries all of them now.</summary>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var isForAll = _round++ % RoundsToTls == 0;
        var now = apps.Current.Apps;
        await Task.WhenAll(now.Where(static app => app.Url is not null).Select(async app => _apps[app.Id] = await ProbeAsync(app, app.Url!, isForAll, cancellationToken)));
        var ids = now.Select(static app => app.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var id in _apps.Keys.Where(id => !ids.Contains(id)))
        {
            _apps.TryRemove(id, out _);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await ProbeAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The connector stops.
        }
    }

    private async Task<AppReach> ProbeAsync(AppEntry app, Uri url, bool isForAll, CancellationToken cancellationToken)
    {
        var before = _apps.GetValueOrDefault(app.Id);
        var began = time.GetTimestamp();
        using var timeout = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var socket = await DestinationDialer.ConnectAsync(url.IdnHost, url.Port, app.Destinations, limit.Token);
            var problem = app.Tls is not { } tls ? null : isForAll || before is null ? await tls.TryAsync(socket, limit.Token) : before.TlsProblem;
            return new AppReach(true, TlsProblem: problem, ConnectTime: (int)time.GetElapsedTime(began).TotalMilliseconds);
        }
        catch (DestinationRefusedException)
        {
            return new AppReach(false, "not allowed here");
        }
        catch (SocketException failed)
        {
            return new AppReach(false, failed.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "name unknown",
                SocketError.ConnectionRefused => "connection refused",
                SocketError.TimedOut => "no answer",
                SocketError.NetworkUnreachable or SocketError.HostUnreachable => "no route",
                var other => other.ToString(),
            });
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new AppReach(false, "no answer");
        }
    }
}
