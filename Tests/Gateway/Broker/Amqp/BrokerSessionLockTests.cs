using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Client;
using AppProxy.Contracts.Transport.Amqp.Codec;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Amqp;

/// <summary>A client that does not ask for the lock to be kept, as those of others do not.</summary>
[TestFixture]
public sealed class BrokerSessionLockTests : BrokerFixture
{
    private static readonly AmqpMap Filter = new AmqpMap().With(Dialect.SessionFilter, "s");

    [Test, CancelAfter(Guard)]
    public async Task Without_renewal_the_session_is_lost(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation, options => options.IdleTimeOut = TimeSpan.Zero);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        await client.AttachReceiverAsync(0, Sessions, filter: Filter);

        Time.Advance(TimeSpan.FromSeconds(61));

        (await client.ExpectAsync(Descriptor.Detach)).ErrorAt(2).Should().Be(ErrorCondition.SessionLockLost);
    }

    [Test, CancelAfter(Guard)]
    public async Task With_renewal_it_is_kept(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation, options => options.IdleTimeOut = TimeSpan.Zero);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        var attach = await client.AttachReceiverAsync(0, Sessions, filter: Filter);
        var until = new DateTimeOffset(attach[13].Map![Dialect.LockedUntilUtc].Integer!.Value, TimeSpan.Zero);
        await using var transport = await AmqpTransport.ConnectAsync(
            new AmqpTransportOptions { Endpoint = Server.Tcp, Time = Time, IdleTimeOut = TimeSpan.Zero }, cancellation);
        await using var renewal = new SessionLockRenewal(transport.Session, Sessions, "s", until, Time);

        for (var i = 0; i < 60; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(3));

            // Its answer comes after that of the renewal, which is on the same connection.
            await using var probe = await transport.OpenSenderAsync(Plain, cancellation);
        }

        using var other = await RawClient.OpenAsync(Server.Tcp, cancellation);
        await other.AttachReceiverAsync(0, Sessions, filter: Filter);
        (await other.ExpectAsync(Descriptor.Detach)).ErrorAt(2).Should().Be(ErrorCondition.SessionCannotBeLocked);
    }
}
