using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Queues;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Queues;

[TestFixture]
public sealed class CapacityTests : QueueFixture
{
    internal override QueueEngineOptions EngineOptions => new() { MaxSizeInBytes = 10 * (BrokerMessage.Overhead + 1) };

    [Test]
    public void Bytes_are_bounded()
    {
        var queue = Queue(options => options with { MaxSizeInBytes = 3 * (BrokerMessage.Overhead + 1) });
        Enqueue(queue, "1", "2", "3");

        TryEnqueue(queue, "4").Should().Be(TransportFailure.QuotaExceeded);

        queue.GetCounts().Should().BeEquivalentTo(new { Active = 3, Refused = 1 });
    }

    [Test]
    public void Locked_messages_count()
    {
        var queue = Queue(options => options with { MaxMessages = 1 });
        var sink = NewSink();
        Attach(queue, sink, credit: 5);
        Enqueue(queue, "1");
        TryEnqueue(queue, "2").Should().Be(TransportFailure.QuotaExceeded);

        sink.Messages[0].Settle(Settlement.Complete);

        TryEnqueue(queue, "3").Should().BeNull();
    }

    [Test]
    public void All_queues_together_are_bounded()
    {
        var other = Engine.GetOrCreate(new QueueOptions { Name = "other" });
        Enqueue(Queue(), "1", "2", "3", "4", "5");
        Enqueue(other, "1", "2", "3", "4", "5");

        TryEnqueue(Queue(), "6").Should().Be(TransportFailure.QuotaExceeded);
        Attach(other, NewSink(), credit: 1, ReceiveMode.ReceiveAndDelete);

        TryEnqueue(Queue(), "6").Should().BeNull();
    }

    [Test]
    public void A_batch_is_taken_whole_or_not_at_all()
    {
        var queue = Queue(options => options with { MaxMessages = 3 });
        BrokerMessage[] four = [NewMessage("1"), NewMessage("2"), NewMessage("3"), NewMessage("4")];

        queue.Enqueue(four).Should().Be(TransportFailure.QuotaExceeded);
        queue.GetCounts().Active.Should().Be(0);
        Engine.SizeInBytes.Should().Be(0);
        four[3].Release();
        queue.Enqueue(four.AsSpan(0, 3)).Should().BeNull();

        var sink = NewSink();
        Attach(queue, sink, credit: 5);
        sink.Log.Should().Equal("1", "2", "3");
    }

    [Test]
    public void A_session_id_has_a_limit()
    {
        var queue = SessionQueue();

        TryEnqueue(queue, "x", new string('s', 128)).Should().BeNull();
        TryEnqueue(queue, "x", new string('s', 129)).Should().Be(TransportFailure.NotAllowed);
    }
}
