using AppProxy.Gateway.Broker.Amqp;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace AppProxy.Tests.Testing;

/// <summary>What a test relies on when it stops what it started.</summary>
public sealed class TestEnvironmentTests
{
    private const int Guard = 20_000;

    [Test, CancelAfter(Guard)]
    public async Task A_gateway_that_is_stopped_in_a_hurry_is_gone_and_starts_again(
        [Values(TestTransport.Amqp, TestTransport.WebSocket)] TestTransport transport, CancellationToken cancellation)
    {
        await using var proxy = await TestEnvironment.StartAsync(
            options =>
            {
                options.Transport = transport;
                options.Publish("app", static context => context.Response.WriteAsync("served"));
            },
            cancellation);
        var services = proxy.GatewayServices;
        var broker = services.GetRequiredService<AmqpBroker>();
        broker.ConnectionCount.Should().Be(1, "the connector is there");

        await proxy.StopGatewayAsync(new CancellationToken(canceled: true));

        broker.ConnectionCount.Should().Be(0);
        services.Invoking(static gone => gone.GetRequiredService<AmqpBroker>()).Should().Throw<ObjectDisposedException>();
        await proxy.StartGatewayAgainAsync(cancellation);
        using var client = proxy.CreateClient("app");
        (await client.GetStringAsync("/", cancellation)).Should().Be("served");
    }
}
