using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Contracts.Transport.Tokens;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;

namespace AppProxy.Tests.Contracts.Transport.ServiceBus;

/// <summary>The embedded broker with one plain queue and one with sessions, and clients for it.</summary>
internal sealed class BrokerFixture : IAsyncDisposable
{
    public const string Plain = "plain";
    public const string Sessions = "sessions";
    public const string Rule = "tests";
    public const string Key = "not a secret";

    private readonly BrokerServer _server;

    private BrokerFixture(BrokerServer server, ObservedTimeProvider time)
    {
        _server = server;
        Time = time;
    }

    public ObservedTimeProvider Time { get; }

    public Uri Address => _server.Tcp;

    public QueueEngine Engine => _server.Engine;

    public static async Task<BrokerFixture> StartAsync(CancellationToken cancellationToken)
    {
        var time = new ObservedTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var rule = new SharedAccessAuthorizationRule { KeyName = Rule, PrimaryKey = Key, Grants = [new EntityGrant("", EntityClaims.Manage)] };
        var server = await BrokerServer.StartAsync(options => options.AuthorizationRules.Add(rule), time, cancellationToken);
        server.Engine.GetOrCreate(new QueueOptions { Name = Plain, MaxMessageSizeInBytes = 128 * 1024 });
        server.Engine.GetOrCreate(new QueueOptions { Name = Sessions, RequiresSession = true, LockDuration = TimeSpan.FromSeconds(30) });
        return new BrokerFixture(server, time);
    }

    public Task<ServiceBusTransport> ConnectAsync(CancellationToken cancellationToken, IBrokerTokenProvider? tokens = null) => ServiceBusTransport.ConnectAsync(
        new AmqpTransportOptions
        {
            Endpoint = Address,
            TokenProvider = tokens ?? new SharedAccessKeyTokenProvider(Rule, Key, Time, TimeSpan.FromDays(1)),
            Time = Time,
        },
        cancellationToken);

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
