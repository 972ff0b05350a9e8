using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Queues;

[TestFixture]
public sealed class ExpiryTests : QueueFixture
{
    [Test]
    public void Expired_messages_leave_without_anybody_asking()
    {
        for (var seconds = 10; seconds > 0; seconds--)
        {
            TryEnqueue(Queue(), "x", timeToLive: TimeSpan.FromSeconds(seconds));
        }

        for (var left = 9; left >= 0; left--)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            Queue().GetCounts().Active.Should().Be(left);
        }

        Queue().GetCounts().Should().BeEquivalentTo(new { Expired = 10, SizeInBytes = 0 });
        Engine.SizeInBytes.Should().Be(0);
    }

    [Test]
    public void A_locked_message_does_not_expire_but_does_not_come_again_either()
    {
        var sink = NewSink();
        Attach(Queue(), sink, credit: 5);
        TryEnqueue(Queue(), "x", timeToLive: TimeSpan.FromSeconds(5));

        Time.Advance(TimeSpan.FromSeconds(10));
        Queue().GetCounts().Locked.Should().Be(1);
        sink.Messages[0].TrySettle(Settlement.Abandon).Should().BeTrue();

        sink.Messages.Should().HaveCount(1);
        Queue().GetCounts().Should().BeEquivalentTo(new { Active = 0, Locked = 0, Expired = 1 });
    }

    [Test]
    public void A_session_whose_last_message_expired_is_forgotten()
    {
        var queue = SessionQueue();
        TryEnqueue(queue, "x", "s", TimeSpan.FromSeconds(1));
        queue.GetCounts().Sessions.Should().Be(1);

        Time.Advance(TimeSpan.FromSeconds(1));

        queue.GetCounts().Should().BeEquivalentTo(new { Active = 0, Sessions = 0 });
    }

    [Test]
    public void The_age_is_that_of_the_oldest_waiting()
    {
        Enqueue(Queue(), "1");
        Time.Advance(TimeSpan.FromSeconds(3));
        Enqueue(Queue(), "2");
        Time.Advance(TimeSpan.FromSeconds(1));
        Queue().GetCounts().OldestMessageAge.Should().Be(TimeSpan.FromSeconds(4));

        Attach(Queue(), NewSink(), credit: 1);

        Queue().GetCounts().OldestMessageAge.Should().Be(TimeSpan.FromSeconds(1));
    }
}
