using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Gateway.Broker.Amqp;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Amqp;

[TestFixture]
public sealed class BrokerShutdownTests : BrokerFixture
{
    [Test, CancelAfter(Guard)]
    public async Task Who_does_not_answer_the_good_bye_is_cut_off_when_the_stop_is_in_a_hurry(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        using var hurry = new CancellationTokenSource();

        // The clock stands still, so that nobody's patience ends by itself.
        var stopping = new BrokerShutdown(Server.Broker).StoppingAsync(hurry.Token);

        (await client.ExpectAsync(Descriptor.Close)).ErrorAt(0).Should().Be(ErrorCondition.ConnectionForced);
        stopping.IsCompleted.Should().BeFalse("the client has not answered");
        await hurry.CancelAsync();
        await stopping.WaitAsync(cancellation);
        Server.Broker.ConnectionCount.Should().Be(0);
        (await client.IsClosedAsync()).Should().BeTrue();
    }

    [Test, CancelAfter(Guard)]
    public async Task Who_is_still_in_the_handshake_is_cut_off_at_once(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        using var client = await RawClient.ConnectAsync(Server.Tcp, cancellation);
        await client.SendAsync(RawClient.SaslHeader);
        await client.ReadAsync(8);

        await new BrokerShutdown(Server.Broker).StoppingAsync(new CancellationToken(canceled: true)).WaitAsync(cancellation);

        Server.Broker.ConnectionCount.Should().Be(0);
    }
}
