using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Amqp;

[TestFixture]
public sealed class BrokerSessionTests : BrokerFixture
{
    [Test, CancelAfter(Guard)]
    public async Task A_session_is_held_by_one_and_free_when_it_leaves(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        using var first = await RawClient.OpenAsync(Server.Tcp, cancellation);
        using var second = await RawClient.OpenAsync(Server.Tcp, cancellation);
        var filter = new AmqpMap().With(Dialect.SessionFilter, "s");
        var held = await first.AttachReceiverAsync(0, Sessions, filter: filter);
        held[5].Undescribed.Items[7].Map![Dialect.SessionFilter].Text.Should().Be("s");
        held[13].Map![Dialect.LockedUntilUtc].Integer.Should().BeGreaterThan(Time.GetUtcNow().Ticks);

        await second.AttachReceiverAsync(0, Sessions, filter: filter);
        (await second.ExpectAsync(Descriptor.Detach)).ErrorAt(2).Should().Be(ErrorCondition.SessionCannotBeLocked);

        await first.SendAsync((ref w) => new Detach(0, true, null).Write(ref w));
        await first.ExpectAsync(Descriptor.Detach);
        var described = new AmqpMap().With(Dialect.SessionFilter, AmqpValue.Described(Dialect.SessionFilterCode, "s"));
        (await second.AttachReceiverAsync(1, Sessions, filter: described))[5].IsNull.Should().BeFalse();
    }

    [Test, CancelAfter(Guard)]
    public async Task The_next_session_is_waited_for(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        await client.SendAsync((ref w) => NextSession(0, 30_000).Write(ref w));
        await client.FlowAsync(0, 0, 1);
        await client.AttachSenderAsync(1, Sessions);
        await client.ExpectAsync(Descriptor.Flow);

        await client.TransferAsync(1, 0, RawClient.Message("hello", "fresh"));

        var frames = new[] { await client.ReadFrameAsync(), await client.ReadFrameAsync(), await client.ReadFrameAsync() };
        frames.Select(frame => frame.Descriptor).Should().BeEquivalentTo(new ulong[] { Descriptor.Attach, Descriptor.Transfer, Descriptor.Disposition });
        frames.Single(frame => frame.Descriptor == Descriptor.Attach)[5].Undescribed.Items[7].Map![Dialect.SessionFilter].Text.Should().Be("fresh");
        RawClient.TextOf(frames.Single(frame => frame.Descriptor == Descriptor.Transfer)).Should().Be("hello");
    }

    [Test, CancelAfter(Guard)]
    public async Task Waiting_for_a_session_ends_in_time(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        await client.SendAsync((ref w) => NextSession(0, 5_000).Write(ref w));
        await client.AttachSenderAsync(1, Plain);
        await client.ExpectAsync(Descriptor.Flow);

        Time.Advance(TimeSpan.FromSeconds(6));

        (await client.ExpectAsync(Descriptor.Attach))[5].IsNull.Should().BeTrue();
        (await client.ExpectAsync(Descriptor.Detach)).ErrorAt(2).Should().Be(ErrorCondition.Timeout);
    }

    private static Attach NextSession(uint handle, uint timeout) => new()
    {
        Name = "next",
        Handle = handle,
        IsReceiver = true,
        SenderSettleMode = SenderSettleMode.Settled,
        Source = new Source { Address = Sessions, Filter = new AmqpMap().With(Dialect.SessionFilter, default) },
        Target = new Target(),
        Properties = new AmqpMap().With(Dialect.Timeout, timeout),
    };
}
