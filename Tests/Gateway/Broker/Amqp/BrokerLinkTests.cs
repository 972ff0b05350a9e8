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
}
