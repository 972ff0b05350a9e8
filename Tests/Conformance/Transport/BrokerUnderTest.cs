using System.Collections.Concurrent;
using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using Microsoft.Extensions.Time.Testing;

namespace AppProxy.Tests.Conformance.Transport;

/// <summary>A client over a wire, against our own broker.</summary>
internal abstract class BrokerUnderTest : ITransportUnderTest
{
    protected const string Rule = "tests";
    protected const string Key = "not a secret";

    private readonly ConcurrentBag<BrokerServer> _servers = [];
    private BrokerServer? _server;

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    protected BrokerServer Server => _server ?? throw new InvalidOperationException("The broker is not started.");

    public async Task StartBrokerAsync(IReadOnlyCollection<QueueSpec> queues, CancellationToken cancellationToken)
    {
        var rule = new SharedAccessAuthorizationRule { KeyName = Rule, PrimaryKey = Key, Grants = [new EntityGrant("", EntityClaims.Manage)] };
        _server = await BrokerServer.StartAsync(options => options.AuthorizationRules.Add(rule), Time, cancellationToken);
        _servers.Add(_server);
        foreach (var queue in queues)
        {
            queue.CreateIn(_server.Engine);
        }
    }

    public async Task StopBrokerAsync(CancellationToken cancellationToken) => await Server.DisposeAsync().AsTask().WaitAsync(cancellationToken);

    public abstract Task<ITransport> OpenAsync(CancellationToken cancellationToken);

    public abstract Task CutAsync(ITransport transport, CancellationToken cancellationToken);

    public async Task PassTimeAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        // Heart-beats and renewals cross a real wire, so each step waits until both ends were heard.
        var step = TimeSpan.FromSeconds(5);
        for (var left = time; left > TimeSpan.Zero; left -= step)
        {
            Time.Advance(left < step ? left : step);
            await WhenRenewedAsync(cancellationToken);
            await using var probe = await OpenAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>Completes when what a step of time made due has been renewed, for a client that tells.</summary>
    protected virtual Task WhenRenewedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
