using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Queues;

[TestFixture]
public sealed class CreditTests : QueueFixture
{
    [Test]
    public void A_message_is_delivered_before_enqueue_returns()
    {
        var sink = NewSink();
        Attach(Queue(), sink, credit: 1);

        Enqueue(Queue(), "a");

        sink.Log.Should().Equal("a");
    }

    [Test]
    public void Consumers_with_credit_take_turns()
    {
        var sinks = new[] { NewSink(), NewSink(), NewSink() };
        Attach(Queue(), sinks[0], credit: 10);
        Attach(Queue(), sinks[1], credit: 2);
        Attach(Queue(), sinks[2], credit: 10);

        Enqueue(Queue(), "1", "2", "3", "4", "5", "6", "7", "8");

        sinks[0].Log.Should().Equal("1", "4", "7");
        sinks[1].Log.Should().Equal("2", "5");
        sinks[2].Log.Should().Equal("3", "6", "8");
    }

    [Test]
    public void A_limit_said_twice_changes_nothing()
    {
        var sink = NewSink();
        var consumer = Attach(Queue(), sink, credit: 0);
        Enqueue(Queue(), "1", "2", "3", "4");

        consumer.SetDeliveryLimit(2);
        consumer.SetDeliveryLimit(2);
        sink.Log.Should().Equal("1", "2");

        consumer.SetDeliveryLimit(3);
        sink.Log.Should().HaveCount(3);
        consumer.Credit.Should().Be(0);
    }

    [Test]
    public void A_limit_below_what_was_delivered_is_no_credit()
    {
        var sink = NewSink();
        var consumer = Attach(Queue(), sink, credit: 3);
        Enqueue(Queue(), "1", "2");

        consumer.SetDeliveryLimit(1);
        Enqueue(Queue(), "3");

        consumer.Credit.Should().Be(0);
        sink.Log.Should().Equal("1", "2");
    }

    [Test]
    public void The_limit_is_a_serial_number_that_wraps()
    {
        var sink = NewSink();
        var consumer = Attach(Queue(), sink, credit: 0);
        consumer.SetDeliveryLimit(int.MaxValue);
        consumer.Drain();
        consumer.SetDeliveryLimit(uint.MaxValue - 1);
        consumer.Drain();

        consumer.SetDeliveryLimit(1); // Three ahead of 2^32 - 2.
        Enqueue(Queue(), "1", "2", "3", "4");

        sink.Log.Should().Equal($"drained {int.MaxValue}", $"drained {int.MaxValue}", "1", "2", "3");
    }

    [Test]
    public void Credit_never_overflows()
    {
        var consumer = Attach(Queue(), NewSink(), credit: int.MaxValue);

        consumer.AddCredit(int.MaxValue);

        consumer.Credit.Should().Be(int.MaxValue);
    }

    [Test]
    public void A_drain_is_answered_after_what_was_on_its_way()
    {
        var sink = NewSink();
        var consumer = Attach(Queue(), sink, credit: 0);
        Enqueue(Queue(), "1", "2");
        sink.OnDeliver = message =>
        {
            if (RecordingSink.TextOf(message) == "1")
            {
                consumer.Drain();
            }
        };

        consumer.AddCredit(5);

        sink.Log.Should().Equal("1", "2", "drained 3");
        consumer.Credit.Should().Be(0);
    }

    [Test]
    public void Each_drain_has_an_answer()
    {
        var sink = NewSink();
        var consumer = Attach(Queue(), sink, credit: 4);

        consumer.Drain();
        consumer.Drain();

        sink.Log.Should().Equal("drained 4", "drained 0");
    }

    [Test]
    public void A_paused_consumer_keeps_its_credit_and_gets_nothing()
    {
        var sink = NewSink();
        var other = NewSink();
        var consumer = Attach(Queue(), sink, credit: 5);
        Attach(Queue(), other, credit: 1);
        consumer.Pause();

        Enqueue(Queue(), "1", "2", "3");
        sink.Log.Should().BeEmpty();
        other.Log.Should().Equal("1");

        consumer.Resume();
        sink.Log.Should().Equal("2", "3");
        consumer.Credit.Should().Be(3);
    }
}
