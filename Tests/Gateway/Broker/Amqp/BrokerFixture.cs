using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Tokens;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Amqp;

/// <summary>A broker of its own for each test, with a plain queue and one with sessions.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public abstract class BrokerFixture
{
    protected const int Guard = 20_000;
    protected const string Plain = "plain";
    protected const string Sessions = "sessions";
    protected const string Rule = "rule";
    protected const string Key = "not a secret";
    private protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private protected BrokerServer Server { get; private set; } = null!;

    private protected MessageQueue Queue => Server.Engine.TryFind(Plain, out var queue) ? queue : throw new InvalidOperationException();

    private protected async Task StartAsync(CancellationToken cancellation, Action<BrokerOptions>? configure = null)
    {
        Server = await BrokerServer.StartAsync(
            options =>
            {
                options.AuthorizationRules.Add(new SharedAccessAuthorizationRule { KeyName = Rule, PrimaryKey = Key, Grants = [new EntityGrant("", EntityClaims.Manage)] });
                options.AuthorizationRules.Add(new SharedAccessAuthorizationRule
                {
                    KeyName = "listener",
                    PrimaryKey = "primary",
                    SecondaryKey = "secondary",
                    Grants = [new EntityGrant(Plain, EntityClaims.Listen)],
                });
                configure?.Invoke(options);
            },
            Time,
            cancellation);
        Server.Engine.GetOrCreate(new QueueOptions { Name = Plain });
        Server.Engine.GetOrCreate(new QueueOptions { Name = Sessions, RequiresSession = true });
    }

    /// <summary>Starts a broker that asks nobody who they are.</summary>
    private protected Task StartOpenAsync(CancellationToken cancellation, Action<BrokerOptions>? configure = null) => StartAsync(cancellation, options =>
    {
        options.RequireAuthorization = false;
        configure?.Invoke(options);
    });

    protected string Token(string queue, string rule = Rule, string key = Key, TimeSpan? life = null) =>
        SharedAccessSignature.Create(Audience(queue), rule, key, Time.GetUtcNow() + (life ?? TimeSpan.FromMinutes(5)));

    protected static string Audience(string queue) => "amqps://127.0.0.1/" + queue;

    private protected Task<AmqpTransport> ConnectAsync(CancellationToken cancellation) => AmqpTransport.ConnectAsync(
        new AmqpTransportOptions { Endpoint = Server.Tcp, Time = Time, TokenProvider = new SharedAccessKeyTokenProvider(Rule, Key, Time) }, cancellation);

    /// <summary>Puts messages into the plain queue as the gateway does, without a wire.</summary>
    protected void Fill(params string[] texts)
    {
        foreach (var text in texts)
        {
            Fill(System.Text.Encoding.UTF8.GetBytes(text));
        }
    }

    protected void Fill(byte[] body)
    {
        var buffer = PooledBuffer.Rent(body.Length);
        body.CopyTo(buffer.Array, 0);
        if (Queue.Enqueue(new BrokerMessage(buffer, buffer.Array.AsMemory(0, body.Length))) is { } refused)
        {
            throw new InvalidOperationException(refused.ToString());
        }
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (Server is { } server)
        {
            await server.DisposeAsync();
        }
    }
}
