using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Queues;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Queues;

[TestFixture]
public sealed class DeliveryTrampolineTests : QueueFixture
{
    [Test]
    public void A_sink_that_sends_is_back_before_the_next_sink_runs()
    {
        var other = Engine.GetOrCreate(new QueueOptions { Name = "other" });
        var second = NewSink();
        Attach(other, second, credit: 1);
        var seenInside = -1;
        var first = NewSink(_ =>
        {
            Enqueue(other, "nested");
            seenInside = second.Log.Count;
        });
        Attach(Queue(), first, credit: 1);

        Enqueue(Queue(), "outer");

        seenInside.Should().Be(0);
        second.Log.Should().Equal("nested");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_long_run_goes_on_elsewhere_in_order(CancellationToken cancellation)
    {
        const int Count = 2_000;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var threads = new HashSet<int>();
        var sink = NewSink();
        sink.OnDeliver = message =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            if (message.SequenceNumber == Count)
            {
                done.SetResult();
            }
        };
        var consumer = Attach(Queue(), sink, credit: 0, ReceiveMode.ReceiveAndDelete);
        var texts = Enumerable.Range(0, Count).Select(number => $"{number}").ToArray();
        Enqueue(Queue(), texts);

        consumer.AddCredit(Count);
        var deliveredByCaller = sink.Log.Count;
        await done.Task.WaitAsync(cancellation);

        sink.Log.Should().Equal(texts);
        deliveredByCaller.Should().BeGreaterThanOrEqualTo(256, "the caller does its share");
        threads.Count.Should().BeGreaterThan(1, "and no more than that");
    }
}
