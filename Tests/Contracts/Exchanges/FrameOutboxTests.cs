using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Exchanges;

[TestFixture]
[CancelAfter(30_000)]
public sealed class FrameOutboxTests
{
    private readonly RecordingOutboxOwner _owner = new();

    [Test]
    public async Task The_order_of_numbers_is_the_order_on_the_wire_under_many_writers(CancellationToken cancellation)
    {
        const int Writers = 8;
        const int Each = 5_000;
        var outbox = Outbox(out var link);
        link.OnSend = _ => link.Accept();
        var channel = Channel(outbox);

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(
            () =>
            {
                for (var i = 0; i < Each; i++)
                {
                    using var frames = channel.Open();
                    frames.Window(ref channel.Sequence, i);
                }
            },
            cancellation))).WaitAsync(cancellation);

        link.Frames.Select(static frame => frame.Header.Sequence).Should().Equal(Enumerable.Range(0, Writers * Each).Select(static i => (uint)i));
        link.Buffers.Should().OnlyContain(static buffer => Buffers.IsReleased(buffer));
    }

    [Test]
    public void Nothing_waits_for_company()
    {
        var outbox = Outbox(out var link);
        var channel = Channel(outbox);

        Write(channel, 3);

        link.Sent.Should().HaveCount(3, "no send was under way, though none was answered");
    }

    [Test]
    public void Frames_written_while_a_send_is_under_way_gather_in_one_message()
    {
        var outbox = Outbox(out var link);
        var channel = Channel(outbox);
        link.OnSend = number =>
        {
            if (number == 1)
            {
                Write(channel, 5);
                link.Sent.Should().HaveCount(1);
            }
        };

        Write(channel, 1);

        link.Sent.Should().HaveCount(2);
        link.FramesOf(1).Should().HaveCount(5);
    }

    [Test]
    public void Frames_written_together_travel_together()
    {
        var outbox = Outbox(out var link);
        var channel = Channel(outbox);

        using (var frames = channel.Open())
        {
            frames.ResponseHead(FrameFlags.Complete, ref channel.Sequence, new ResponseHead { Status = 200 }, default(NoFields));
            channel.SendData(frames, [1, 2]);
            channel.SendEnd(frames, default(NoFields));
            link.Sent.Should().BeEmpty();
        }

        link.Sent.Should().ContainSingle();
        link.Frames.Select(static frame => frame.Header.Type).Should().Equal(FrameType.ResponseHead, FrameType.Data, FrameType.End);
    }

    [Test]
    public void A_large_piece_travels_in_the_buffer_it_was_read_into_and_a_small_one_is_copied()
    {
        var outbox = Outbox(out var link);
        var channel = Channel(outbox);
        var large = PooledBuffer.Rent(FrameBuffer.DataMessageOffset + FrameAppender.CopyBelow);
        var small = PooledBuffer.Rent(FrameBuffer.DataMessageOffset + FrameAppender.CopyBelow);

        channel.SendData(large, FrameAppender.CopyBelow);
        channel.SendData(small, FrameAppender.CopyBelow - 1);

        link.Buffers[0].Should().BeSameAs(large);
        link.Buffers[1].Should().NotBeSameAs(small);
        Buffers.IsReleased(small).Should().BeTrue();
        Buffers.IsReleased(large).Should().BeFalse("the broker has not answered");
        link.AcceptAll();
        Buffers.IsReleased(large).Should().BeTrue();
        channel.SentOffset.Should().Be((2 * FrameAppender.CopyBelow) - 1);
    }

    [Test]
    public void So_many_messages_wait_for_an_answer_and_further_frames_gather()
    {
        var outbox = Outbox(out var link);
        var channel = Channel(outbox);

        Write(channel, 300);
        link.Sent.Should().HaveCount(256);

        link.Accept();
        link.Sent.Should().HaveCount(257);
        link.FramesOf(256).Should().HaveCount(44);
    }

    [Test]
    public void Without_a_link_frames_wait_for_one()
    {
        var outbox = new FrameOutbox("session", _owner);
        var channel = Channel(outbox);
        Write(channel, 3);
        var link = new ScriptedSender();

        outbox.Attach(link);

        link.Sent.Should().ContainSingle();
        link.FramesOf(0).Should().HaveCount(3);
    }

    [Test]
    public void A_lost_link_s_messages_are_sent_again_in_order_on_the_next()
    {
        var outbox = Outbox(out var first);
        var channel = Channel(outbox);
        Write(channel, 4);
        first.Accept();

        first.Lose();
        outbox.Detach();
        Write(channel, 2);
        var second = new ScriptedSender();
        outbox.Attach(second);

        _owner.LinksLost.Should().BePositive();
        second.Frames.Select(static frame => frame.Header.Sequence).Should().Equal(1, 2, 3, 4, 5);
        second.AcceptAll();
        first.Buffers.Concat(second.Buffers).Should().OnlyContain(static buffer => Buffers.IsReleased(buffer));
        _owner.Dropped.Should().BeEmpty();
    }

    [Test]
    public void A_link_that_tells_late_that_it_is_lost_changes_nothing_any_more([Values] bool accepted)
    {
        var outbox = Outbox(out var first);
        var channel = Channel(outbox);
        Write(channel, 2);
        outbox.Detach();
        var second = new ScriptedSender();
        outbox.Attach(second);
        second.Frames.Should().HaveCount(2);
        second.AcceptAll();
        first.Buffers.Should().OnlyContain(static buffer => !Buffers.IsReleased(buffer), "the old link may still read them");

        if (accepted)
        {
            first.AcceptAll();
        }
        else
        {
            first.Lose();
        }

        first.Buffers.Should().OnlyContain(static buffer => Buffers.IsReleased(buffer));
        _owner.LinksLost.Should().Be(0);
        second.Sent.Should().HaveCount(2, "nothing is sent a third time");
    }

    [Test]
    public void A_second_loss_sends_a_third_time()
    {
        var outbox = Outbox(out var first);
        var channel = Channel(outbox);
        var request = new FakeRequest();
        using (var frames = channel.Open())
        {
            frames.SettleWhenAccepted(request);
            frames.Claim(ref channel.Sequence, default);
        }

        first.Lose();
        var second = new ScriptedSender();
        outbox.Attach(second);
        second.Lose();
        var third = new ScriptedSender();
        outbox.Attach(third);

        third.Frames.Should().ContainSingle();
        request.Settled.Should().BeEmpty();
        third.Accept();
        request.Settled.Should().Equal(Settlement.Complete);
        request.Released.Should().Be(1);
        third.Buffers.Should().OnlyContain(static buffer => Buffers.IsReleased(buffer));
    }

    [Test]
    public void A_refused_message_is_dropped_and_its_owner_told()
    {
        var outbox = Outbox(out var link);
        var channel = Channel(outbox);
        Write(channel, 2);

        link.Refuse(TransportFailure.QuotaExceeded);
        link.Accept();

        _owner.Dropped.Should().Equal(TransportFailure.QuotaExceeded);
        link.Buffers.Should().OnlyContain(static buffer => Buffers.IsReleased(buffer));
        var next = new ScriptedSender();
        outbox.Attach(next);
        next.Sent.Should().BeEmpty("a refusal is for good");
    }

    [Test]
    public void A_request_is_settled_once_the_broker_has_its_first_frame()
    {
        var outbox = Outbox(out var link);
        var request = Name(Channel(outbox));
        request.Settled.Should().BeEmpty();

        link.Accept();

        request.Settled.Should().Equal(Settlement.Complete);
        request.Released.Should().Be(1);
    }

    [Test]
    public void Several_requests_named_in_one_message_are_settled_together()
    {
        var outbox = new FrameOutbox("session", _owner);
        FakeRequest[] requests = [Name(Channel(outbox)), Name(Channel(outbox)), Name(Channel(outbox))];
        var link = new ScriptedSender();
        outbox.Attach(link);
        link.Sent.Should().ContainSingle();

        link.Accept();

        requests.Should().OnlyContain(static r => r.Settled.Count == 1 && r.Settled[0] == Settlement.Complete && r.Released == 1);
    }

    [Test]
    public void A_request_goes_back_when_its_first_frame_is_refused()
    {
        var outbox = Outbox(out var link);
        var request = Name(Channel(outbox));

        link.Refuse(TransportFailure.EntityNotFound);

        request.Settled.Should().Equal(Settlement.Abandon);
        request.Released.Should().Be(1);
    }

    /// <summary>What is accepted before the first frame says nothing about that frame: were the request settled then, nobody would answer for it.</summary>
    [Test]
    public void A_request_is_not_settled_with_the_message_before_its_first_frame([Values(1, 60_000, 300_000)] int head)
    {
        var outbox = new FrameOutbox("session", _owner);
        var earlier = Channel(outbox);
        using (var frames = earlier.Open())
        {
            earlier.SendData(frames, new byte[48_600]);
        }

        var channel = Channel(outbox);
        var request = new FakeRequest();
        using (var frames = channel.Open())
        {
            frames.SettleWhenAccepted(request);
            frames.ResponseHead(
                FrameFlags.None, ref channel.Sequence, new ResponseHead { Status = 200, Reason = new byte[head] }, default(NoFields));
        }

        var link = new ScriptedSender();
        outbox.Attach(link);
        var first = Enumerable.Range(0, link.Sent.Count).First(i => link.FramesOf(i).Any(frame => frame.Header.Type == FrameType.ResponseHead));
        link.Accept(first);
        request.Settled.Should().BeEmpty();

        link.AcceptAll();
        request.Settled.Should().Equal(Settlement.Complete);
    }

    [Test]
    public void A_large_first_piece_settles_its_own_request()
    {
        var outbox = new FrameOutbox("session", _owner);
        var earlier = Channel(outbox);
        Write(earlier, 1);
        var channel = Channel(outbox);
        var request = new FakeRequest();
        using (var frames = channel.Open())
        {
            frames.SettleWhenAccepted(request);
            channel.SendData(frames, PooledBuffer.Rent(FrameBuffer.DataMessageOffset + 10_000), 10_000);
        }

        var link = new ScriptedSender();
        outbox.Attach(link);
        link.Sent.Should().HaveCount(2);
        link.Accept();
        request.Settled.Should().BeEmpty();
        link.Accept();
        request.Settled.Should().Equal(Settlement.Complete);
    }

    [Test]
    public void An_abandoned_outbox_gives_everything_back([Values] bool lostBefore)
    {
        var outbox = Outbox(out var link);
        var sent = Name(Channel(outbox));
        if (lostBefore)
        {
            link.Lose();
        }

        outbox.Detach();
        var waiting = Name(Channel(outbox));
        var large = PooledBuffer.Rent(FrameBuffer.DataMessageOffset + 10_000);
        Channel(outbox).SendData(large, 10_000);

        outbox.Abandon();

        sent.Settled.Should().Equal(Settlement.Abandon);
        waiting.Settled.Should().Equal(Settlement.Abandon);
        (sent.Released, waiting.Released).Should().Be((1, 1));
        Buffers.IsReleased(large).Should().BeTrue();
        link.Lose();
        link.Buffers.Should().OnlyContain(static buffer => Buffers.IsReleased(buffer));
    }

    [Test]
    public void A_request_named_through_an_abandoned_outbox_goes_back_at_once()
    {
        var outbox = Outbox(out var link);
        outbox.Abandon();

        var request = Name(Channel(outbox));

        request.Settled.Should().Equal(Settlement.Abandon);
        request.Released.Should().Be(1);
        link.Sent.Should().BeEmpty();
    }

    [Test]
    public async Task Bodies_wait_while_much_is_unanswered(CancellationToken cancellation)
    {
        var outbox = Outbox(out var link);
        var channel = Channel(outbox);
        var sent = 0;
        while (outbox.WaitForRoom() is null)
        {
            channel.SendData(PooledBuffer.Rent(FrameBuffer.DataMessageOffset + 65_536), 65_536);
            sent++;
        }

        sent.Should().Be(32, "2 MB are enough to keep a line busy");
        var room = outbox.WaitForRoom()!.Task;
        Write(channel, 1);
        link.Sent.Should().HaveCount(33, "heads and windows do not wait");
        room.IsCompleted.Should().BeFalse();

        link.Accept();

        await room.WaitAsync(cancellation);
    }

    [Test]
    public async Task Abandoning_frees_whoever_waits_for_room(CancellationToken cancellation)
    {
        var channel = FullOutbox(out var outbox);
        var room = outbox.WaitForRoom()!.Task;

        outbox.Abandon();

        await room.WaitAsync(cancellation);
        channel.SentOffset.Should().BePositive();
    }

    [Test]
    public async Task Closing_an_exchange_frees_a_sender_that_waits_for_a_line_that_is_gone(CancellationToken cancellation)
    {
        var channel = FullOutbox(out var outbox);
        outbox.Detach();
        channel.Window.Update(long.MaxValue);
        var room = channel.WaitForRoomAsync().AsTask();
        room.IsCompleted.Should().BeFalse();

        channel.Close(ExchangeFailure.GatewayLost);

        (await room.WaitAsync(cancellation)).Should().Be(0);
        (await channel.WaitForRoomAsync().AsTask().WaitAsync(cancellation)).Should().Be(0);
    }

    [Test]
    public void A_reset_is_sent_once()
    {
        var outbox = Outbox(out var link);
        var channel = Channel(outbox);

        channel.SendReset(ExchangeFailure.ClientGone);
        channel.SendReset(ExchangeFailure.TotalTimeout);

        link.Frames.Should().ContainSingle();
        ResetPayload.TryRead(link.Frames[0].Payload.Span, out var reset).Should().Be(FrameError.None);
        reset.Reason.Should().Be((ushort)ExchangeFailure.ClientGone);
    }

    /// <summary>A frame whose fields fail takes no number: the reset that follows is in order and says why.</summary>
    [Test]
    public void A_frame_that_could_not_be_written_leaves_no_gap()
    {
        var outbox = Outbox(out var link);
        var channel = Channel(outbox);
        var writing = () =>
        {
            using var frames = channel.Open();
            frames.ResponseHead(FrameFlags.None, ref channel.Sequence, new ResponseHead { Status = 200 }, new FailingFields());
        };

        writing.Should().Throw<InvalidOperationException>();
        channel.SendReset(ExchangeFailure.ConnectorError);

        link.Frames.Should().ContainSingle().Which.Header.Sequence.Should().Be(0);
    }

    private static FakeRequest Name(ExchangeChannel channel)
    {
        var request = new FakeRequest();
        using var frames = channel.Open();
        frames.SettleWhenAccepted(request);
        frames.Claim(ref channel.Sequence, default);
        return request;
    }

    private static void Write(ExchangeChannel channel, int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var frames = channel.Open();
            frames.Window(ref channel.Sequence, i);
        }
    }

    private static ExchangeChannel Channel(FrameOutbox outbox) =>
        new(outbox, ExchangeId.Create(), new Attempt(1, 1), firstOut: 0, firstIn: 0, sendLimit: 0, inbound: null);

    private ExchangeChannel FullOutbox(out FrameOutbox outbox)
    {
        outbox = Outbox(out _);
        var channel = Channel(outbox);
        while (outbox.WaitForRoom() is null)
        {
            channel.SendData(PooledBuffer.Rent(FrameBuffer.DataMessageOffset + 65_536), 65_536);
        }

        return channel;
    }

    private FrameOutbox Outbox(out ScriptedSender link)
    {
        link = new ScriptedSender();
        var outbox = new FrameOutbox("session", _owner);
        outbox.Attach(link);
        return outbox;
    }

    private sealed class FailingFields : IFieldSource
    {
        public int WriteTo(FrameBuffer frame)
        {
            frame.Field("a", "b");
            throw new InvalidOperationException("A field that can't be written.");
        }
    }
}
