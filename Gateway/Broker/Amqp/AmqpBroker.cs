using System.Collections.Concurrent;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Connections;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using AppProxy.Contracts.Transport.Amqp.Wires;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;
using Microsoft.Extensions.Options;

namespace AppProxy.Gateway.Broker.Amqp;

/// <summary>The broker's front end: every connection, over whatever wire it came, and what they share.</summary>
internal sealed partial class AmqpBroker : IAsyncDisposable
{
    private static readonly AmqpError ShuttingDown = new(ErrorCondition.ConnectionForced, "The broker is shutting down.");

    private static readonly AmqpError Revoked = new(ErrorCondition.UnauthorizedAccess, "The connector has lost its rights.");

    private readonly ConcurrentDictionary<BrokerConnection, Task> _connections = new();
    private readonly ILogger<AmqpBroker> _logger;
    private int _count;
    private volatile bool _isStopping;

    public AmqpBroker(QueueEngine engine, IAuthorizationRules rules, IOptions<BrokerOptions> options, TimeProvider time, ILogger<AmqpBroker> logger, ITokenVerifier? tokens = null)
    {
        Engine = engine;
        Rules = rules;
        Tokens = tokens;
        Options = options.Value;
        Time = time;
        _logger = logger;
        OutputBudget = new OutputBudget(Options.MaxOutputPerConnection, Options.MaxOutput);
    }

    public QueueEngine Engine { get; }

    public IAuthorizationRules Rules { get; }

    /// <summary>Reads tokens that are no shared access signatures; null: there are none.</summary>
    public ITokenVerifier? Tokens { get; }

    public BrokerOptions Options { get; }

    public TimeProvider Time { get; }

    public OutputBudget OutputBudget { get; }

    /// <summary>Names this start of the broker.</summary>
    public string ContainerId { get; } = "appproxy-broker-" + Guid.NewGuid().ToString("N");

    /// <summary>Connections there are right now.</summary>
    public int ConnectionCount => Volatile.Read(ref _count);

    /// <summary>Serves one connection until it is over; never throws.</summary>
    public async Task RunAsync(AmqpWire wire, string peer)
    {
        if (Interlocked.Increment(ref _count) > Options.MaxConnections || _isStopping)
        {
            Interlocked.Decrement(ref _count);
            LogRefused(_logger, peer, Options.MaxConnections);
            wire.Abort();
            await wire.DisposeAsync();
            return;
        }

        using var connection = new BrokerConnection(this, wire, peer, _logger);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections[connection] = ended.Task;
        if (_isStopping)
        {
            // It came in between: the stop may have looked before it was noted.
            connection.Fail(ShuttingDown);
        }

        try
        {
            await connection.RunAsync();
        }
        finally
        {
            _connections.TryRemove(connection, out _);
            Interlocked.Decrement(ref _count);
            ended.SetResult();
        }
    }

    /// <summary>Ends every connection on which a token of this bearer was put; what it held goes to others at once. The verifier takes no more tokens of it by then.</summary>
    public void ShutOut(string bearer)
    {
        foreach (var (connection, _) in _connections)
        {
            if (connection.Authorization.IsOf(bearer))
            {
                connection.Fail(Revoked);
            }
        }
    }

    public ValueTask DisposeAsync() => StopAsync();

    /// <summary>
    /// Takes no more connections, tells every client to connect again elsewhere, and waits for the end of all connections. Cancelled, it cuts
    /// off who has not answered yet: the wait gets shorter, and nothing is left behind.
    /// </summary>
    public async ValueTask StopAsync(CancellationToken hurry = default)
    {
        _isStopping = true;
        var connections = _connections.ToArray();
        foreach (var (connection, _) in connections)
        {
            connection.Fail(ShuttingDown);
        }

        await using var cut = hurry.UnsafeRegister(static all => Abort((KeyValuePair<BrokerConnection, Task>[])all!), connections);
        await Task.WhenAll(connections.Select(static pair => pair.Value));
    }

    private static void Abort(KeyValuePair<BrokerConnection, Task>[] connections)
    {
        foreach (var (connection, ended) in connections)
        {
            if (!ended.IsCompleted)
            {
                connection.Abort(ShuttingDown);
            }
        }
    }
}
