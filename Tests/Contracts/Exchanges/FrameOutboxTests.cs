using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Exchanges;

[TestFixture]
[CancelAfter(30_000)]
public sealed class FrameOutboxTests : FrameOutboxFixture
{
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
        var outbox = new FrameOutbox("session", Owner);
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

        Owner.LinksLost.Should().BePositive();
        second.Frames.Select(static frame => frame.Header.Sequence).Should().Equal(1, 2, 3, 4, 5);
        second.AcceptAll();
        first.Buffers.Concat(second.Buffers).Should().OnlyContain(static buffer => Buffers.IsReleased(buffer));
        Owner.Dropped.Should().BeEmpty();
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
        Owner.LinksLost.Should().Be(0);
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
    public void A_refused_message_is_dropped_and_itsOwner_told()
    {
        var outbox = Outbox(out var link);
        var channel = Channel(outbox);
        Write(channel, 2);

        link.Refuse(TransportFailure.QuotaExceeded);
        link.Accept();

        Owner.Dropped.Should().Equal(TransportFailure.QuotaExceeded);
        link.Buffers.Should().OnlyContain(static buffer => Buffers.IsReleased(buffer));
        var next = new ScriptedSender();
        outbox.Attach(next);
        next.Sent.Should().BeEmpty("a refusal is for good");
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

    private sealed class FailingFields : IFieldSource
    {
        public int WriteTo(FrameBuffer frame)
        {
            frame.Field("a", "b");
            throw new InvalidOperationException("A field that can't be written.");
        }
    }
}
