using AppProxy.Contracts.Transport.Amqp;
using AppProxy.Contracts.Transport.Amqp.Codec;
using AppProxy.Contracts.Transport.Amqp.Messages;
using AppProxy.Contracts.Transport.Amqp.Performatives;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Amqp;

[TestFixture]
public sealed class BrokerLinkTests : BrokerFixture
{
    [Test, CancelAfter(Guard)]
    public async Task A_sender_is_given_credit_and_told_the_limit(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        var attach = await client.AttachSenderAsync(7, "/" + Plain);
        attach[0].Text.Should().Be("s7");
        attach[2].Integer.Should().Be(1, "the broker is the receiver");
        attach[10].Integer.Should().Be(256 * 1024);
        (await client.ExpectAsync(Descriptor.Flow))[6].Integer.Should().Be(1_000);
    }

    [Test, CancelAfter(Guard)]
    public async Task Sends_are_answered_in_ranges(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        await client.AttachSenderAsync(0, Plain);
        await client.ExpectAsync(Descriptor.Flow);
        for (uint i = 0; i < 20; i++)
        {
            await client.TransferAsync(0, i, RawClient.Message("m" + i));
        }

        var next = 0u;
        while (next < 20)
        {
            var disposition = await client.ExpectAsync(Descriptor.Disposition);
            disposition[1].Integer.Should().Be(next);
            disposition[3].Integer.Should().Be(1, "settled");
            disposition[4].Descriptor.Integer.Should().Be(Descriptor.Accepted);
            next = (uint)(disposition[2].Integer ?? next) + 1;
        }

        Queue.GetCounts().Active.Should().Be(20);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_message_in_frames_is_put_together_and_an_aborted_one_forgotten(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        await client.AttachSenderAsync(0, Plain);
        await client.ExpectAsync(Descriptor.Flow);
        var message = RawClient.Message("in two frames");

        await client.TransferAsync(0, 0, message[..5], more: true);
        await client.TransferAsync(0, 0, [], aborted: true);
        await client.TransferAsync(0, 1, message[..5], more: true);
        await client.TransferAsync(0, 1, message[5..]);

        (await client.ExpectAsync(Descriptor.Disposition))[1].Integer.Should().Be(1);
        await client.AttachReceiverAsync(1, Plain, settled: true);
        await client.FlowAsync(1, 0, 10);
        RawClient.TextOf(await client.ExpectAsync(Descriptor.Transfer)).Should().Be("in two frames");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_repeated_flow_changes_nothing(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        Fill("a", "b", "c", "d", "e");
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        await client.AttachReceiverAsync(0, Plain, settled: true);
        await client.FlowAsync(0, 0, 2);
        await client.FlowAsync(0, 0, 2);
        RawClient.TextOf(await client.ExpectAsync(Descriptor.Transfer)).Should().Be("a");
        RawClient.TextOf(await client.ExpectAsync(Descriptor.Transfer)).Should().Be("b");
        await client.FlowAsync(0, 0, 2, nextIncomingId: 2);
        await client.FlowAsync(0, 2, 0, nextIncomingId: 2, echo: true);

        var echo = await client.ExpectAsync(Descriptor.Flow);
        echo[5].Integer.Should().Be(2, "two were delivered");
        echo[6].Integer.Should().Be(0);

        await client.FlowAsync(0, 2, 1, nextIncomingId: 2);
        await client.FlowAsync(0, 2, 1, nextIncomingId: 2);
        RawClient.TextOf(await client.ExpectAsync(Descriptor.Transfer)).Should().Be("c");
        Queue.GetCounts().Active.Should().Be(2);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_drain_is_answered_as_one(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        Fill("a", "b");
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        await client.AttachReceiverAsync(0, Plain, settled: true);

        await client.FlowAsync(0, 0, 10, drain: true);

        await client.ExpectAsync(Descriptor.Transfer);
        await client.ExpectAsync(Descriptor.Transfer);
        var flow = await client.ExpectAsync(Descriptor.Flow);
        flow[5].Integer.Should().Be(10, "what was not used counts as used");
        flow[6].Integer.Should().Be(0);
        flow[8].Integer.Should().Be(1, "rhea ignores an answer without drain");

        Fill("c");
        await client.FlowAsync(0, 10, 1, nextIncomingId: 2);
        RawClient.TextOf(await client.ExpectAsync(Descriptor.Transfer)).Should().Be("c");
    }

    [Test, CancelAfter(Guard)]
    public async Task The_session_s_window_is_minded(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        Fill("a", "b", "c");
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation, incomingWindow: 1);
        await client.AttachReceiverAsync(0, Plain, settled: true);
        await client.FlowAsync(0, 0, 10, window: 1);
        await client.ExpectAsync(Descriptor.Transfer);

        // An echo comes after whatever could have come before it.
        await client.FlowAsync(0, 1, 9, nextIncomingId: 1, window: 0, echo: true);
        (await client.ReadFrameAsync()).Descriptor.Should().Be(Descriptor.Flow);

        await client.FlowAsync(0, 1, 9, nextIncomingId: 1, window: uint.MaxValue);
        RawClient.TextOf(await client.ExpectAsync(Descriptor.Transfer)).Should().Be("b");
        RawClient.TextOf(await client.ExpectAsync(Descriptor.Transfer)).Should().Be("c");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_large_message_is_split_for_a_peer_with_small_frames(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        var body = new byte[50_000];
        new Random(2).NextBytes(body);
        Fill(body);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation, maxFrameSize: 4_096);
        await client.AttachReceiverAsync(0, Plain, settled: true);
        await client.FlowAsync(0, 0, 1);

        var message = new List<byte>();
        RawFrame frame;
        do
        {
            frame = await client.ExpectAsync(Descriptor.Transfer);
            frame.Payload.Length.Should().BeLessThan(4_096);
            message.AddRange(frame.Payload);
        }
        while (frame[5].Integer == 1);

        var layout = MessageLayout.Read([.. message]);
        message.Skip(layout.BodyStart).Should().Equal(body);
    }

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

        await DisposeAsync(client, 0, DeliveryState.Accepted);
        (await client.ExpectAsync(Descriptor.Disposition)).Should().Match<RawFrame>(d => d[0].Integer == 0 && d[4].Descriptor.Integer == Descriptor.Accepted);
        await DisposeAsync(client, 1, DeliveryState.Rejected(new AmqpError(ErrorCondition.DeadLetter, null, new AmqpMap { { "DeadLetterReason", "bad" } })));
        var deadLettered = await client.ExpectAsync(Descriptor.Disposition);
        deadLettered[4].Descriptor.Integer.Should().Be(Descriptor.Rejected);
        deadLettered[4].Undescribed.Items.Should().BeEmpty(".NET takes an error for a failure");
        await DisposeAsync(client, 2, DeliveryState.Released);
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
        await DisposeAsync(client, 0, DeliveryState.Accepted);

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

    [TestCase("nowhere", ErrorCondition.NotFound, "The messaging entity .* could not be found")]
    [TestCase(Sessions, ErrorCondition.NotAllowed, "requires sessions")]
    [TestCase("", ErrorCondition.InvalidField, "no address")]
    [CancelAfter(Guard)]
    public async Task A_receiver_that_cannot_be_is_refused_with_the_reason(string queue, string condition, string words, CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        (await client.AttachReceiverAsync(0, queue))[5].IsNull.Should().BeTrue("a refusal has no source");
        var detach = await client.ExpectAsync(Descriptor.Detach);
        detach[1].Integer.Should().Be(1);
        detach.ErrorAt(2).Should().Be(condition);
        detach[2].Undescribed.Items[1].Text.Should().MatchRegex(words, "clients read it");

        // The connection and the session live on.
        await client.SendAsync((ref w) => new Detach(0, true, null).Write(ref w));
        await client.AttachSenderAsync(0, Plain);
    }

    [Test, CancelAfter(Guard)]
    public async Task Transactions_are_refused(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        await client.SendAsync((ref w) =>
        {
            var list = w.BeginList(Descriptor.Attach);
            w.WriteString("txn");
            w.WriteUInt(0);
            w.WriteBoolean(false);
            w.WriteNull();
            w.WriteNull();
            new Source().Write(ref w);
            w.WriteDescriptor(Descriptor.Coordinator);
            w.WriteRaw([FormatCode.List0]);
            w.EndCompound(list, 7);
        });
        await client.ExpectAsync(Descriptor.Attach);
        (await client.ExpectAsync(Descriptor.Detach)).ErrorAt(2).Should().Be(ErrorCondition.NotImplemented);
    }

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

    [Test, CancelAfter(Guard)]
    public async Task A_batch_is_unpacked(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        await client.AttachSenderAsync(0, Plain);
        await client.ExpectAsync(Descriptor.Flow);
        var writer = new AmqpWriter(default);
        foreach (var text in new[] { "one", "two", "three" })
        {
            var message = RawClient.Message(text);
            writer.WriteDataHead(message.Length);
            writer.WriteRaw(message);
        }

        var batch = writer.Written.ToArray();
        writer.Dispose();
        await client.TransferAsync(0, 0, batch, format: Dialect.BatchFormat);
        (await client.ExpectAsync(Descriptor.Disposition))[4].Descriptor.Integer.Should().Be(Descriptor.Accepted);

        await client.AttachReceiverAsync(1, Plain, settled: true);
        await client.FlowAsync(1, 0, 3);
        foreach (var text in new[] { "one", "two", "three" })
        {
            RawClient.TextOf(await client.ExpectAsync(Descriptor.Transfer)).Should().Be(text);
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task Half_sent_messages_are_bounded(CancellationToken cancellation)
    {
        await StartOpenAsync(cancellation);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation);
        for (uint i = 0; i < 100; i++)
        {
            await client.AttachSenderAsync(i, Plain);
            await client.ExpectAsync(Descriptor.Flow);
        }

        var sending = Task.Run(
            async () =>
            {
                for (uint i = 0; i < 100; i++)
                {
                    await client.TransferAsync(i, i, new byte[200 * 1024], more: true);
                }
            },
            cancellation);

        (await client.ExpectAsync(Descriptor.Close)).ErrorAt(0).Should().Be(ErrorCondition.ResourceLimitExceeded);
        await sending.ContinueWith(_ => { }, cancellation, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    [Test, CancelAfter(Guard)]
    public async Task What_a_slow_reader_leaves_is_bounded(CancellationToken cancellation)
    {
        const int Limit = 256 * 1024;
        await StartOpenAsync(cancellation, options => options.MaxOutputPerConnection = Limit);
        using var client = await RawClient.OpenAsync(Server.Tcp, cancellation, incomingWindow: 100_000, maxFrameSize: 262_144);
        await client.AttachReceiverAsync(0, Plain, settled: true);
        await client.FlowAsync(0, 0, 1_000, window: 100_000, echo: true);
        await client.ExpectAsync(Descriptor.Flow);

        // Far more than sockets and pipes hold between the two.
        for (var i = 0; i < 300; i++)
        {
            var body = new byte[200 * 1024];
            body[0] = (byte)i;
            Fill(body);
            Server.Broker.OutputBudget.Used.Should().BeLessThan(Limit + (2 * body.Length));
        }

        Queue.GetCounts().Active.Should().BeGreaterThan(0, "the queue keeps what the connection cannot take");
        for (var i = 0; i < 300; i++)
        {
            var frame = await client.ReadFrameAsync();
            var layout = MessageLayout.Read(frame.Payload);
            frame.Payload[layout.BodyStart].Should().Be((byte)i);
        }
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

    private static Task DisposeAsync(RawClient client, uint id, DeliveryState state) => client.SendAsync((ref w) =>
    {
        var list = w.BeginList(Descriptor.Disposition);
        w.WriteBoolean(true);
        w.WriteUInt(id);
        w.WriteNull();
        w.WriteBoolean(false);
        state.Write(ref w);
        w.EndCompound(list, 5);
    });
}
