using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Queues;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Queues;

[TestFixture]
public sealed class QueueEngineTests : QueueFixture
{
    [Test]
    public void A_queue_is_made_once_and_found_in_any_case()
    {
        var queue = Engine.GetOrCreate(new QueueOptions { Name = "Requests.Default" });

        Engine.GetOrCreate(new QueueOptions { Name = "requests.default" }).Should().BeSameAs(queue);
        Engine.TryFind("REQUESTS.DEFAULT", out var found).Should().BeTrue();
        found.Should().BeSameAs(queue);
        Engine.TryFind("requests", out _).Should().BeFalse();
    }

    [Test, CancelAfter(Guard)]
    public async Task Deleting_ends_everybody_and_drops_everything(CancellationToken cancellation)
    {
        var queue = SessionQueue();
        var sink = NewSink();
        Attach(queue, sink, credit: 1, sessionId: "s");
        EnqueueInSession(queue, "s", "1", "2");
        var waiting = queue.AttachNextSessionAsync(new ConsumerOptions(), NewSink(), TimeSpan.FromMinutes(1), cancellation).AsTask();

        Engine.Delete("QUEUE").Should().BeTrue();

        sink.Log.Should().Equal("1", "detached");
        sink.Reason!.Failure.Should().Be(TransportFailure.EntityNotFound);
        var wait = async () => await waiting.WaitAsync(cancellation);
        (await wait.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(TransportFailure.EntityNotFound);
        TryEnqueue(queue, "3", "s").Should().Be(TransportFailure.EntityNotFound);
        Engine.TryFind("queue", out _).Should().BeFalse();
        Engine.SizeInBytes.Should().Be(0);
        Engine.Delete("queue").Should().BeFalse();
    }

    [Test]
    public void Disposing_tells_consumers_that_the_broker_is_lost()
    {
        var sink = NewSink();
        Attach(Queue(), sink, credit: 1);
        var stopping = Engine.Stopping;

        Engine.Dispose();

        sink.Reason!.Failure.Should().Be(TransportFailure.ConnectionLost);
        stopping.IsCancellationRequested.Should().BeTrue();
    }
}
