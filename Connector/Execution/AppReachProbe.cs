using System.Collections.Concurrent;
using System.Net.Sockets;
using AppProxy.Connector.Settings;
using AppProxy.Contracts.Identity;

namespace AppProxy.Connector.Execution;

/// <summary>Tries every few seconds whether the apps' hosts take connections: a bare connection, of which an app need not notice anything.</summary>
internal sealed class AppReachProbe(ConnectorOptions options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, AppReach> _apps = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is known now.</summary>
    public IReadOnlyDictionary<string, AppReach> Apps => _apps;

    /// <summary>Tries all of them now.</summary>
    public Task ProbeAsync(CancellationToken cancellationToken)
        => Task.WhenAll(options.Apps.Select(async app => _apps[app.Key] = await ProbeAsync(new Uri(app.Value.InternalUrl), cancellationToken)));

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

    private async Task<AppReach> ProbeAsync(Uri url, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Patience, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(url.DnsSafeHost, url.Port, limit.Token);
            return new AppReach(true);
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
