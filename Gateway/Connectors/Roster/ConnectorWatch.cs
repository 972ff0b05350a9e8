using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Connectors.Roster;

/// <summary>Looks every second which connectors were revoked or blocked, here or by a command or at another gateway, and ends what they have with the broker.</summary>
internal sealed partial class ConnectorWatch(IConnectorStore store, ShutOutConnectors shutOut, TimeProvider time, ILogger<ConnectorWatch> logger, AmqpBroker? broker = null)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private string? _reported;

    /// <summary>Looks now.</summary>
    /// <exception cref="StoreException">It cannot.</exception>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var connector in await store.ListShutOutAsync(cancellationToken))
        {
            if (shutOut.Add(connector.Id))
            {
                LogShutOut(connector.Name, connector.Id, connector.RevokedAt is null ? "blocked" : "revoked");
                broker?.ShutOut(connector.Id);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                try
                {
                    await LookAsync(stoppingToken);
                    _reported = null;
                }
                catch (StoreException unusable)
                {
                    if (_reported != unusable.Message)
                    {
                        _reported = unusable.Message;
                        LogUnreadable(unusable.Message);
                    }
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    [LoggerMessage(4321, LogLevel.Information, "Connector '{Name}' ({Id}) is {Reason}: its connections are ended")]
    private partial void LogShutOut(string name, string id, string reason);

    [LoggerMessage(4322, LogLevel.Warning, "Which connectors are revoked cannot be seen: {Reason}")]
    private partial void LogUnreadable(string reason);
}
