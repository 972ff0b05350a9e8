using System.Net;
using AppProxy.Connector.Enrollment;
using AppProxy.Contracts.Identity;
using AppProxy.Contracts.Transport;
using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Tokens;
using AppProxy.Gateway.Connectors.Roster;
using AppProxy.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using NUnit.Framework;

namespace AppProxy.Tests.EndToEnd.Trust;

[TestFixture]
public sealed class Connectors_are_revoked : EnrollmentTest
{
    [Test, CancelAfter(Guard)]
    public async Task What_it_ran_is_run_by_another_and_what_must_not_run_twice_ends(CancellationToken cancellation)
    {
        var calls = 0;
        var running = new Signal();
        var proxy = await StartAsync(
            options =>
            {
                options.Enrolls = true;
                options.Publish("app", async context =>
                {
                    // What the first connector runs hangs.
                    if (Interlocked.Increment(ref calls) is var call and <= 2)
                    {
                        if (call == 2)
                        {
                            running.Set();
                        }

                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
                    }

                    await context.Response.WriteAsync("served");
                });
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        var get = client.GetAsync("", cancellation);
        var post = client.PostAsync("", new StringContent("once"), cancellation);
        await running.WaitAsync(cancellation);
        var first = (await StoreOf(proxy).ListAsync(cancellation)).Single();
        await proxy.StartConnectorAsync(cancellationToken: cancellation);

        await RevokeAsync(proxy, first, cancellation);

        (await (await get).Content.ReadAsStringAsync(cancellation)).Should().Be("served", "another connector runs it");
        (await post).StatusCode.Should().Be(HttpStatusCode.BadGateway);
        calls.Should().Be(3);
        (await client.GetStringAsync("", cancellation)).Should().Be("served");
    }

    [Test, CancelAfter(Guard)]
    public async Task It_gets_nothing_any_more(CancellationToken cancellation)
    {
        var proxy = await StartGatewayAsync(cancellation);
        await EnrollAsync(proxy, cancellation: cancellation);
        var connector = Open();
        await connector.GetBrokerAccessAsync(cancellation);

        await RevokeAsync(proxy, (await StoreOf(proxy).ListAsync(cancellation)).Single(), cancellation);

        (await connector.Awaiting(revoked => revoked.GetBrokerAccessAsync(cancellation)).Should().ThrowAsync<GatewayCallException>())
            .Which.Fault.Should().Be(CallFault.ConnectorRevoked);
        (await connector.Awaiting(revoked => revoked.RenewKeyAsync(cancellation)).Should().ThrowAsync<GatewayCallException>())
            .Which.Fault.Should().Be(CallFault.ConnectorRevoked);
        (await EnrollAsync(proxy, isReplacing: true, cancellation: cancellation)).Name.Should().Be("berlin", "the name is free again");
    }

    [Test, CancelAfter(Guard)]
    public async Task It_takes_effect_within_five_seconds(CancellationToken cancellation)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var proxy = await StartAsync(
            options =>
            {
                options.Time = time;
                options.Enrolls = true;
                options.Publish("app", static context => context.Response.WriteAsync("served"));
            },
            cancellation);
        using var client = proxy.CreateClient("app");
        (await client.GetStringAsync("", cancellation)).Should().Be("served");
        var connector = (await StoreOf(proxy).ListAsync(cancellation)).Single();
        var token = new HeldToken(
            await proxy.Connectors[0].Services.GetRequiredService<EnrolledTokenProvider>().GetTokenAsync($"amqps://127.0.0.1/{EntityNames.Requests("default")}", cancellation));
        await ListenAsync(proxy, token, cancellation);

        // As the command does it, in the store and nowhere else. Time stands still but for this second, of the five that there may be.
        await StoreOf(proxy).UpdateAsync(connector.Id, static other => other with { RevokedAt = TimeProvider.System.GetUtcNow() }, cancellation);
        time.Advance(TimeSpan.FromSeconds(1));

        await Log.WaitForAsync(static entry => entry.EventId == 4321, cancellation);
        (await Log.WaitForAsync(static entry => entry.EventId == 1002, cancellation)).Text.Should().StartWith("connector of group 'default': lost the broker");
        (await this.Awaiting(_ => ListenAsync(proxy, token, cancellation)).Should().ThrowAsync<TransportException>())
            .Which.Failure.Should().Be(TransportFailure.Unauthorized, "a token from before opens no new connection either, though it is good for minutes");
    }

    [Test, CancelAfter(Guard)]
    public async Task One_that_the_gateway_takes_again_serves_again(CancellationToken cancellation)
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var proxy = await StartAsync(
            options =>
            {
                options.ConnectorTime = time;
                options.Enrolls = true;
                options.Publish("app", static context => context.Response.WriteAsync("served"));
            },
            cancellation);
        var connector = (await StoreOf(proxy).ListAsync(cancellation)).Single();

        // A store that was restored, or an answer that is not the gateway's: refusals are not signed.
        await StoreOf(proxy).UpdateAsync(connector.Id, static other => other with { Key = new PublicPoint("x", "y") }, cancellation);
        await AdvanceUntilAsync(time, 2205, cancellation);
        await StoreOf(proxy).UpdateAsync(connector.Id, other => other with { Key = connector.Key }, cancellation);
        await AdvanceUntilAsync(time, 2206, cancellation);

        using var client = proxy.CreateClient("app");
        (await client.GetStringAsync("", cancellation)).Should().Be("served");
    }

    private async Task AdvanceUntilAsync(FakeTimeProvider time, int logged, CancellationToken cancellation)
    {
        var heard = Log.WaitForAsync(entry => entry.EventId == logged, cancellation);
        while (!heard.IsCompleted)
        {
            // A call has twenty of these seconds.
            time.Advance(TimeSpan.FromSeconds(2));
            await Task.WhenAny(heard, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation));
        }

        await heard;
    }

    private static async Task RevokeAsync(TestEnvironment proxy, ConnectorRecord connector, CancellationToken cancellation)
    {
        await StoreOf(proxy).UpdateAsync(connector.Id, static other => other with { RevokedAt = TimeProvider.System.GetUtcNow() }, cancellation);
        await proxy.GatewayServices.GetRequiredService<ConnectorWatch>().LookAsync(cancellation);
    }

    /// <summary>Opens a connection with a token, and a link there.</summary>
    private static async Task ListenAsync(TestEnvironment proxy, HeldToken token, CancellationToken cancellation)
    {
        await using var transport = await AmqpTransport.ConnectAsync(
            new AmqpTransportOptions { Endpoint = new Uri(proxy.GetConnectorSettings()["Connector:Broker:Url"]!), TokenProvider = token }, cancellation);
        await using var receiver = await transport.OpenReceiverAsync(EntityNames.Requests("default"), new ReceiverOptions { Mode = ReceiveMode.PeekLock }, new Deaf(), cancellation);
    }

    private sealed class HeldToken(BrokerToken token) : IBrokerTokenProvider
    {
        public ValueTask<BrokerToken> GetTokenAsync(string audience, CancellationToken cancellationToken) => new(token);
    }

    private sealed class Deaf : IMessageHandler
    {
        public void OnMessage(InboundMessage message) => message.Release();

        public void OnClosed(TransportException? reason)
        {
        }
    }
}
