using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Queues;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Queues;

[TestFixture]
public sealed class LockTests : QueueFixture
{
    private static readonly TimeSpan LockDuration = TimeSpan.FromSeconds(60);

    [Test]
    public void A_lock_runs_out_by_the_timer_alone()
    {
        var sink = NewSink();
        Attach(Queue(), sink, credit: 1);
        Enqueue(Queue(), "a");
        sink.Messages[0].LockedUntil.Should().Be(Time.GetUtcNow() + LockDuration);

        Time.Advance(LockDuration - TimeSpan.FromMilliseconds(1));
        Queue().GetCounts().Locked.Should().Be(1);
        Time.Advance(TimeSpan.FromMilliseconds(1));

        Queue().GetCounts().Should().BeEquivalentTo(new { Locked = 0, Active = 1 });
        sink.Messages[0].TrySettle(Settlement.Complete).Should().BeFalse();
    }

    [Test]
    public void Locks_taken_later_run_out_later()
    {
        var sink = NewSink();
        Attach(Queue(), sink, credit: 3);
        foreach (var text in new[] { "1", "2", "3" })
        {
            Enqueue(Queue(), text);
            Time.Advance(TimeSpan.FromSeconds(10));
        }

        Time.Advance(TimeSpan.FromSeconds(30));
        Queue().GetCounts().Active.Should().Be(1);
        Time.Advance(TimeSpan.FromSeconds(10));
        Queue().GetCounts().Active.Should().Be(2);
        Time.Advance(TimeSpan.FromSeconds(10));
        Queue().GetCounts().Active.Should().Be(3);
    }

    [Test]
    public void A_renewed_lock_outlives_younger_ones()
    {
        var sink = NewSink();
        Attach(Queue(), sink, credit: 2);
        Enqueue(Queue(), "renewed", "not");
        Time.Advance(TimeSpan.FromSeconds(40));

        Queue().TryRenewLock(sink.Messages[0].LockToken, out var lockedUntil).Should().BeTrue();
        lockedUntil.Should().Be(Time.GetUtcNow() + LockDuration);
        Time.Advance(TimeSpan.FromSeconds(40));

        sink.Messages[1].TrySettle(Settlement.Complete).Should().BeFalse();
        sink.Messages[0].TrySettle(Settlement.Complete).Should().BeTrue();
        Queue().TryRenewLock(sink.Messages[0].LockToken, out _).Should().BeFalse();
    }

    [Test]
    public void A_token_settles_once_and_only_its_own_delivery()
    {
        var sink = NewSink();
        Attach(Queue(), sink, credit: 3);
        Enqueue(Queue(), "a");
        var first = sink.Messages[0].LockToken;
        Queue().TrySettle(first, Settlement.Abandon).Should().BeTrue();
        var second = sink.Messages[1].LockToken;

        second.Should().NotBe(first);
        Queue().TrySettle(first, Settlement.Complete).Should().BeFalse();
        Queue().TrySettle(Guid.NewGuid(), Settlement.Complete).Should().BeFalse();
        Queue().TrySettle(Guid.Empty, Settlement.Complete).Should().BeFalse();
        Queue().TrySettle(second, Settlement.Complete).Should().BeTrue();
        Queue().GetCounts().Should().BeEquivalentTo(new { Locked = 0, Active = 0, SizeInBytes = 0 });
    }

    [Test]
    public void Receive_and_delete_has_no_lock()
    {
        var sink = NewSink();
        Attach(Queue(), sink, credit: 1, ReceiveMode.ReceiveAndDelete);

        Enqueue(Queue(), "a");

        sink.Messages[0].LockToken.Should().Be(Guid.Empty);
        sink.Messages[0].TrySettle(Settlement.Abandon).Should().BeFalse();
        Queue().GetCounts().Should().BeEquivalentTo(new { Locked = 0, Active = 0, SizeInBytes = 0 });
    }

    [Test]
    public void Abandoned_messages_go_back_to_their_places()
    {
        var sink = NewSink();
        var consumer = Attach(Queue(), sink, credit: 3);
        Enqueue(Queue(), "1", "2", "3", "4");
        sink.Messages[2].Settle(Settlement.Abandon);
        sink.Messages[0].Settle(Settlement.Abandon);
        sink.Messages[1].Settle(Settlement.Complete);

        consumer.AddCredit(3);

        sink.Log.Skip(3).Should().Equal("1", "3", "4");
    }

    [Test]
    public void Closing_returns_everything_in_order_and_counts_only_what_was_seen()
    {
        var sink = NewSink();
        var consumer = Attach(Queue(), sink, credit: 0);
        Enqueue(Queue(), "1", "2", "3", "4");
        sink.OnDeliver = message =>
        {
            if (RecordingSink.TextOf(message) == "2")
            {
                consumer.Close(); // "3" and "4" are on their way already.
            }
        };
        consumer.AddCredit(4);

        var next = NewSink();
        Attach(Queue(), next, credit: 4);

        sink.Log.Should().Equal("1", "2", "detached");
        next.Log.Should().Equal("1", "2", "3", "4");
        next.Messages.Select(message => message.DeliveryCount).Should().Equal(1, 1, 0, 0);
    }

    [Test]
    public void Closing_in_receive_and_delete_loses_nothing_unseen()
    {
        var sink = NewSink();
        var consumer = Attach(Queue(), sink, credit: 0, ReceiveMode.ReceiveAndDelete);
        Enqueue(Queue(), "1", "2", "3", "4");
        sink.OnDeliver = _ => consumer.Close();
        consumer.AddCredit(4);

        var next = NewSink();
        Attach(Queue(), next, credit: 4, ReceiveMode.ReceiveAndDelete);

        sink.Log.Should().Equal("1", "detached");
        next.Log.Should().Equal("2", "3", "4");
    }

    [Test]
    public void A_lock_lost_before_the_sink_was_ready_is_not_delivered()
    {
        var sink = NewSink();
        var consumer = Attach(Queue(), sink, credit: 0);
        Enqueue(Queue(), "1", "2");
        sink.OnDeliver = message =>
        {
            if (message.DeliveryCount == 0 && RecordingSink.TextOf(message) == "1")
            {
                Time.Advance(LockDuration);
            }
        };

        consumer.AddCredit(2);

        sink.Log.Should().Equal("1");
        var next = NewSink();
        Attach(Queue(), next, credit: 2);
        next.Log.Should().Equal("1", "2");
    }

    [Test]
    public void An_aborted_consumer_is_told_why_and_its_messages_go_on()
    {
        var sink = NewSink();
        var other = NewSink();
        var consumer = Attach(Queue(), sink, credit: 1);
        Enqueue(Queue(), "a");
        Attach(Queue(), other, credit: 1);

        consumer.Abort(new TransportException(TransportFailure.ConnectionLost, "gone"));

        sink.Reason!.Failure.Should().Be(TransportFailure.ConnectionLost);
        other.Messages.Should().ContainSingle().Which.DeliveryCount.Should().Be(1);
    }

    [Test]
    public void A_sink_that_throws_is_detached_and_hurts_nobody()
    {
        var bad = NewSink(_ => throw new InvalidOperationException("broken"));
        var good = NewSink();
        Attach(Queue(), bad, credit: 5);
        Attach(Queue(), good, credit: 5);

        Enqueue(Queue(), "1", "2");

        bad.Log.Should().Equal("1", "detached");
        good.Log.Should().Equal("1", "2");
    }
}
