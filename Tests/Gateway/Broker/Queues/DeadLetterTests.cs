using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Queues;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Queues;

[TestFixture]
public sealed class DeadLetterTests : QueueFixture
{
    [Test]
    public void Too_many_failures_end_there_with_the_reason()
    {
        var queue = Queue(options => options with { MaxDeliveryCount = 2 });
        var sink = NewSink(message => message.Settle(Settlement.Abandon));
        Attach(queue, sink, credit: 10);

        Enqueue(queue, "poison");

        sink.Messages.Select(message => message.DeliveryCount).Should().Equal(0, 1);
        var dead = NewSink();
        Attach(queue.DeadLetterQueue!, dead, credit: 1);
        dead.Messages.Should().ContainSingle().Which.DeadLetter.Should().BeEquivalentTo(
            new { Reason = DeadLetterInfo.MaxDeliveryCountExceeded, Source = "queue" });
        queue.GetCounts().Should().BeEquivalentTo(new { Active = 0, Locked = 0, DeadLettered = 1, SizeInBytes = 0 });
    }

    [Test]
    public void The_consumer_s_own_reason_is_kept()
    {
        var sink = NewSink();
        Attach(Queue(), sink, credit: 1);
        Enqueue(Queue(), "bad");

        sink.Messages[0].TrySettle(Settlement.DeadLetter, new DeadLetterInfo("unreadable", "not a frame")).Should().BeTrue();

        Engine.TryFind("QUEUE/$deadletterqueue", out var deadLetters).Should().BeTrue();
        var dead = NewSink();
        Attach(deadLetters!, dead, credit: 1);
        dead.Messages[0].DeadLetter.Should().Be(new DeadLetterInfo("unreadable", "not a frame", "queue"));
        dead.Messages[0].TrySettle(Settlement.Complete).Should().BeTrue();
        Queue().GetCounts().DeadLettered.Should().Be(0);
    }

    [Test]
    public void A_full_one_drops_its_oldest()
    {
        var queue = Queue(options => options with { MaxDeadLetterMessages = 2 });
        Attach(queue, NewSink(message => message.Settle(Settlement.DeadLetter)), credit: 10);

        Enqueue(queue, "1", "2", "3");

        var dead = NewSink();
        Attach(queue.DeadLetterQueue!, dead, credit: 10);
        dead.Log.Should().Equal("2", "3");
        queue.GetCounts().Should().BeEquivalentTo(new { DeadLettered = 2, Dropped = 1 });
    }

    [Test]
    public void Without_one_the_message_is_dropped_and_counted()
    {
        var queue = Queue(options => options with { DeadLettering = false });
        Attach(queue, NewSink(message => message.Settle(Settlement.DeadLetter)), credit: 10);

        Enqueue(queue, "1");

        queue.GetCounts().Should().BeEquivalentTo(new { DeadLettered = 0, Dropped = 1, SizeInBytes = 0 });
        Engine.TryFind("queue/$DeadLetterQueue", out _).Should().BeFalse();
    }

    [Test]
    public void Expired_messages_go_there_only_where_asked_for()
    {
        var queue = Queue(options => options with { DeadLetteringOnMessageExpiration = true });
        TryEnqueue(queue, "late", timeToLive: TimeSpan.FromSeconds(1));

        Time.Advance(TimeSpan.FromSeconds(1));

        var dead = NewSink();
        Attach(queue.DeadLetterQueue!, dead, credit: 1);
        dead.Messages.Should().ContainSingle().Which.DeadLetter!.Reason.Should().Be(DeadLetterInfo.TimeToLiveExpired);
    }

    [Test]
    public void Sessions_have_one_too()
    {
        var queue = SessionQueue();
        Attach(queue, NewSink(message => message.Settle(Settlement.DeadLetter)), credit: 10, sessionId: "s", keep: true);

        EnqueueInSession(queue, "s", "1");

        var dead = NewSink();
        Attach(queue.DeadLetterQueue!, dead, credit: 1);
        dead.Messages.Should().ContainSingle().Which.SessionId.Should().Be("s");
    }
}
