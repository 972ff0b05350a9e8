using System.Collections.Concurrent;
using System.Globalization;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.ServiceBus;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;
using Microsoft.Extensions.Time.Testing;

namespace AppProxy.Tests.Conformance.Transport;

/// <summary>The client for Azure Service Bus, with a connection string, against our own broker over a real socket.</summary>
internal sealed class ServiceBusUnderTest : ITransportUnderTest
{
    private const string Rule = "tests";
    private const string Key = "not a secret";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly ConcurrentBag<BrokerServer> _servers = [];
    private readonly ConcurrentBag<ServiceBusTransport> _transports = [];
    private BrokerServer? _server;

    public async Task StartBrokerAsync(IReadOnlyCollection<QueueSpec> queues, CancellationToken cancellationToken)
    {
        _server = await BrokerServer.StartAsync(
            options =>
            {
                options.AuthorizationRules.Add(new SharedAccessAuthorizationRule { KeyName = Rule, PrimaryKey = Key, Grants = [new EntityGrant("", EntityClaims.Manage)] });
            },
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

    public async Task<ITransport> OpenAsync(CancellationToken cancellationToken)
    {
        var connectionString = ServiceBusConnectionString.Parse(string.Create(
            CultureInfo.InvariantCulture,
            $"Endpoint=sb://{_server!.Tcp.Host}:{_server.Tcp.Port}/;SharedAccessKeyName={Rule};SharedAccessKey={Key};UseDevelopmentEmulator=true"));
        var transport = await ServiceBusTransport.ConnectAsync(connectionString.ToTransportOptions(_time), cancellationToken);
        _transports.Add(transport);
        return transport;
    }

    public Task CutAsync(ITransport transport, CancellationToken cancellationToken)
    {
        ((ServiceBusTransport)transport).Cut();
        return Task.CompletedTask;
    }

    public async Task PassTimeAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var step = TimeSpan.FromSeconds(5);
        for (var left = time; left > TimeSpan.Zero; left -= step)
        {
            _time.Advance(left < step ? left : step);

            // What the step made due crosses a real wire.
            foreach (var transport in _transports)
            {
                await transport.Renewing.WaitAsync(cancellationToken);
            }

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
