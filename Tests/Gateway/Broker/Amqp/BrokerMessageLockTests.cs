using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Messages;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Amqp;

[TestFixture]
public sealed class BrokerMessageLockTests : BrokerFixture
{
    [Test, CancelAfter(Guard)]
    public async Task A_lock_is_settled_and_answered_with_the_same_outcome(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        Fill("a", "b", "c");
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        await client.AttachReceiverAsync(0, Plain);
        await client.FlowAsync(0, 0, 3);
        var first = await client.ExpectAsync(Descriptor.Transfer);
        first[2].Binary.Should().HaveCount(16, "the tag is the lock token");
        await client.ExpectAsync(Descriptor.Transfer);
        await client.ExpectAsync(Descriptor.Transfer);

        await client.SettleAsync(0, DeliveryState.Accepted);
        (await client.ExpectAsync(Descriptor.Disposition)).Should().Match<RawFrame>(d => d[0].Integer == 0 && d[4].Descriptor.Integer == Descriptor.Accepted);
        await client.SettleAsync(1, DeliveryState.Rejected(new AmqpError(ErrorCondition.DeadLetter, null, new AmqpMap { { "DeadLetterReason", "bad" } })));
        var deadLettered = await client.ExpectAsync(Descriptor.Disposition);
        deadLettered[4].Descriptor.Integer.Should().Be(Descriptor.Rejected);
        deadLettered[4].Undescribed.Items.Should().BeEmpty(".NET takes an error for a failure");
        await client.SettleAsync(2, DeliveryState.Released);
        (await client.ExpectAsync(Descriptor.Disposition))[4].Descriptor.Integer.Should().Be(Descriptor.Released);

        var counts = Queue.GetCounts();
        counts.DeadLettered.Should().Be(1);
        counts.Active.Should().Be(1);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_lost_lock_is_told(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation, options => options.IdleTimeOut = TimeSpan.Zero);
        Fill("a");
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        await client.AttachReceiverAsync(0, Plain);
        await client.FlowAsync(0, 0, 1);
        await client.ExpectAsync(Descriptor.Transfer);

        Time.Advance(TimeSpan.FromSeconds(61));
        await client.SettleAsync(0, DeliveryState.Accepted);

        var answer = (await client.ExpectAsync(Descriptor.Disposition))[4];
        answer.Descriptor.Integer.Should().Be(Descriptor.Rejected);
        answer.Undescribed.Items[0].Undescribed.Items[0].Text.Should().Be(ErrorCondition.MessageLockLost);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_lock_can_be_renewed(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation, options => options.IdleTimeOut = TimeSpan.Zero);
        Fill("a");
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        await client.AttachReceiverAsync(0, Plain);
        await client.FlowAsync(0, 0, 1);
        var tag = (await client.ExpectAsync(Descriptor.Transfer))[2].Binary!;
        await client.AttachReceiverAsync(1, Plain + "/$management", settled: true);
        await client.FlowAsync(1, 0, 10, nextIncomingId: 1);
        await client.AttachSenderAsync(2, Plain + "/$management");
        await client.ExpectAsync(Descriptor.Flow);
        Time.Advance(TimeSpan.FromSeconds(50));

        await client.TransferAsync(2, 0, new ValueMessage
        {
            MessageId = 5ul,
            ReplyTo = "r1",
            ApplicationProperties = new AmqpMap { { "operation", Dialect.RenewLock } },
            Body = new AmqpMap { { "lock-tokens", AmqpValue.Array(new Guid(tag)) } },
        }.Encode());
        RawFrame reply;
        do
        {
            reply = await client.ReadFrameAsync();
        }
        while (reply.Descriptor != Descriptor.Transfer);

        var message = ValueMessage.Read(reply.Payload);
        message.CorrelationId.Type.Should().Be(AmqpType.ULong, "the id keeps its type");
        message.ApplicationProperties["statusCode"].Integer.Should().Be(200);
        var until = DateTimeOffset.FromUnixTimeMilliseconds(message.Body.Map!["expirations"].Items[0].Integer!.Value);
        until.Should().BeCloseTo(Time.GetUtcNow().AddSeconds(60), TimeSpan.FromSeconds(1));
    }
}
