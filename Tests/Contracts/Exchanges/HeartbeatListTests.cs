using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Exchanges;

[TestFixture]
[CancelAfter(10_000)]
public sealed class HeartbeatListTests
{
    private static readonly Guid Session = new("a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf");

    [TestCase(0, 1)]
    [TestCase(1, 1)]
    [TestCase(1024, 1)]
    [TestCase(1025, 2)]
    [TestCase(2049, 3)]
    public void A_list_is_continued_and_put_together_again(int exchanges, int frames)
    {
        var link = new ScriptedSender();
        var outbox = Outbox(link);
        var channels = Channels(outbox, exchanges);

        HeartbeatWriter.Write(outbox, beat: 1, Session, clock: 5, channels);

        link.AcceptAll();
        var list = new HeartbeatList();
        link.Frames.Select(frame => Add(list, frame)).Should().Equal([.. Enumerable.Repeat(false, frames - 1), true]);
        list.Entries.Keys.Should().BeEquivalentTo(channels.Select(static c => (c.Exchange, c.Attempt)));
    }

    [Test]
    public void An_entry_says_how_far_each_direction_is()
    {
        var link = new ScriptedSender();
        var outbox = Outbox(link);
        using var inbound = new InboundBody(new WindowBudget(new WindowOptions()));
        var channel = new ExchangeChannel(outbox, new ExchangeId(1, 2), new Attempt(3, 4), firstOut: 7, firstIn: 0, sendLimit: 100, inbound);
        using (var frames = channel.Open())
        {
            channel.SendData(frames, [1, 2, 3]);
        }

        channel.ToHeartbeatEntry().Should().Be(new HeartbeatEntry(new ExchangeId(1, 2), new Attempt(3, 4), 8, 3, 0));
        channel.HasLost(new HeartbeatEntry(default, default, 0, 0, 0)).Should().BeFalse();
        channel.HasLost(new HeartbeatEntry(default, default, 1, 0, 0)).Should().BeTrue("number 0 was sent and never came");
    }

    [Test]
    public void A_beat_begins_a_new_list()
    {
        var link = new ScriptedSender();
        var outbox = Outbox(link);
        var list = new HeartbeatList();
        HeartbeatWriter.Write(outbox, 1, Session, 5, Channels(outbox, 3));
        HeartbeatWriter.Write(outbox, 2, Session, 6, Channels(outbox, 1));

        link.Frames.Select(frame => Add(list, frame)).Should().Equal(true, true);
        list.Entries.Should().ContainSingle();
    }

    /// <summary>An outbox sends again what a lost link left unanswered: an old beat's list says nothing about what began after it.</summary>
    [Test]
    public void A_beat_that_is_sent_again_is_no_news()
    {
        var link = new ScriptedSender();
        var outbox = Outbox(link);
        var list = new HeartbeatList();
        HeartbeatWriter.Write(outbox, 5, Session, 5, []);
        HeartbeatWriter.Write(outbox, 6, Session, 6, Channels(outbox, 1));

        var frames = link.Frames;
        Add(list, frames[0]).Should().BeTrue();
        Add(list, frames[1]).Should().BeTrue();
        Add(list, frames[0]).Should().BeFalse();
        Add(list, frames[1]).Should().BeFalse();
        list.Entries.Should().ContainSingle();
    }

    [TestCase(500u, 1u, 2u, Description = "A peer that was forgotten in between counts from the start again.")]
    [TestCase(uint.MaxValue, 0u, 1u, Description = "Numbers wrap around.")]
    public void Beats_may_begin_anew_and_wrap_around(params uint[] beats)
    {
        var link = new ScriptedSender();
        var outbox = Outbox(link);
        var list = new HeartbeatList();
        foreach (var beat in beats)
        {
            HeartbeatWriter.Write(outbox, beat, Session, 5, []);
        }

        link.Frames.Select(frame => Add(list, frame)).Should().Equal(true, true, true);
    }

    private static bool Add(HeartbeatList list, Frame frame)
    {
        Heartbeat.TryRead(frame.Payload.Span, out var heartbeat).Should().Be(FrameError.None);
        heartbeat.Session.Should().Be(Session);
        return list.Add(frame.Header, heartbeat);
    }

    private static FrameOutbox Outbox(ScriptedSender link)
    {
        var outbox = new FrameOutbox("session", new RecordingOutboxOwner());
        outbox.Attach(link);
        return outbox;
    }

    private static ExchangeChannel[] Channels(FrameOutbox outbox, int count) =>
        [.. Enumerable.Range(1, count).Select(i => new ExchangeChannel(outbox, new ExchangeId(1, (ulong)i), new Attempt(1, 9), 1, 1, 0, null))];
}
