using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Gateway.Broker.Amqp.Authorization;
using AppProxy.Gateway.Broker.Queues;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd;

/// <summary>Gateway and connector on a broker that is neither's own, by a Service Bus connection string and AMQPNetLite.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class A_namespace_carries_the_relay
{
    [Test]
    public async Task A_request_crosses_it(CancellationToken cancellation)
    {
        const string key = "a key that only this test knows, and nobody else";
        await using var broker = await BrokerServer.StartAsync(
            static options => options.AuthorizationRules.Add(
                new SharedAccessAuthorizationRule { KeyName = "namespace", PrimaryKey = key, Grants = [new EntityGrant("", EntityClaims.Manage)] }),
            TimeProvider.System,
            cancellation);
        broker.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Requests("default") });
        broker.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Replies("default"), RequiresSession = true });
        broker.Engine.GetOrCreate(new QueueOptions { Name = EntityNames.Uplinks("default"), RequiresSession = true });

        await using var proxy = await TestEnvironment.StartAsync(
            o =>
            {
                o.ServiceBus = $"Endpoint=sb://127.0.0.1:{broker.Tcp.Port};SharedAccessKeyName=namespace;SharedAccessKey={key};UseDevelopmentEmulator=true";
                o.Publish("app", static c => c.Request.Body.CopyToAsync(c.Response.Body));
            },
            cancellation);
        using var client = proxy.CreateClient("app");

        using var answer = await client.PostAsync("/", new StringContent(new string('x', 300_000)), cancellation);

        (await answer.Content.ReadAsStringAsync(cancellation)).Should().HaveLength(300_000);
    }
}
