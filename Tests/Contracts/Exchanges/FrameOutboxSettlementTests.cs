using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Exchanges;

/// <summary>When the message of a request is settled: with the first frame that answers it, and never before.</summary>
[TestFixture]
[CancelAfter(30_000)]
public sealed class FrameOutboxSettlementTests : FrameOutboxFixture
{
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
        var outbox = new FrameOutbox("session", Owner);
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
        var outbox = new FrameOutbox("session", Owner);
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
        var outbox = new FrameOutbox("session", Owner);
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
    public void A_request_named_through_an_abandoned_outbox_goes_back_at_once()
    {
        var outbox = Outbox(out var link);
        outbox.Abandon();

        var request = Name(Channel(outbox));

        request.Settled.Should().Equal(Settlement.Abandon);
        request.Released.Should().Be(1);
        link.Sent.Should().BeEmpty();
    }
}
