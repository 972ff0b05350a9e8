using System.Collections.Concurrent;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Tokens;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;
using Microsoft.Extensions.Time.Testing;

namespace AppProxy.Tests.Conformance.Transport;

/// <summary>Our own client against our own broker, over a real socket or WebSocket.</summary>
internal sealed class AmqpUnderTest(bool overWebSocket) : ITransportUnderTest
{
    private const string Rule = "tests";
    private const string Key = "not a secret";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ConcurrentBag<BrokerServer> _servers = [];
    private BrokerServer? _server;

    public async Task StartBrokerAsync(IReadOnlyCollection<QueueSpec> queues, CancellationToken cancellationToken)
    {
        _server = await BrokerServer.StartAsync(
            options => options.AuthorizationRules.Add(new SharedAccessAuthorizationRule { KeyName = Rule, PrimaryKey = Key, Grants = [new EntityGrant("", EntityClaims.Manage)] }),
            _time,
            cancellationToken);
        _servers.Add(_server);
        foreach (var queue in queues)
        {
            _server.Engine.GetOrCreate(new QueueOptions
            {
                Name = queue.Name,
                RequiresSession = queue.RequiresSession,
                LockDuration = queue.LockDuration,
                DefaultMessageTimeToLive = queue.DefaultMessageTimeToLive,
                MaxDeliveryCount = queue.MaxDeliveryCount,
                MaxMessages = queue.MaxMessages,
                MaxMessageSizeInBytes = queue.MaxMessageSizeInBytes,
            });
        }
    }

    public async Task StopBrokerAsync(CancellationToken cancellationToken) => await _server!.DisposeAsync().AsTask().WaitAsync(cancellationToken);

    public async Task<ITransport> OpenAsync(CancellationToken cancellationToken) => await AmqpTransport.ConnectAsync(
        new AmqpTransportOptions
        {
            Endpoint = overWebSocket ? _server!.WebSocket : _server!.Tcp,
            TokenProvider = new SharedAccessKeyTokenProvider(Rule, Key, _time, TimeSpan.FromDays(1)),
            Time = _time,
        },
        cancellationToken);

    public Task CutAsync(ITransport transport, CancellationToken cancellationToken)
    {
        ((AmqpTransport)transport).Abort();
        return Task.CompletedTask;
    }

    public async Task PassTimeAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        // Heart-beats and renewals cross a real wire, so each step waits until both ends were heard.
        var step = TimeSpan.FromSeconds(5);
        for (var left = time; left > TimeSpan.Zero; left -= step)
        {
            _time.Advance(left < step ? left : step);
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
}
