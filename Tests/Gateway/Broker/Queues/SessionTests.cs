using AppProxy.Contracts.Transport;
using AppProxy.Gateway.Broker.Queues;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Gateway.Broker.Queues;

[TestFixture]
public sealed class SessionTests : QueueFixture
{
    private static readonly TimeSpan LockDuration = TimeSpan.FromSeconds(60);

    [Test]
    public void A_lock_that_is_not_kept_runs_out_and_takes_its_messages_along()
    {
        var queue = SessionQueue();
        var sink = NewSink();
        var consumer = Attach(queue, sink, credit: 1, sessionId: "s");
        EnqueueInSession(queue, "s", "1", "2");
        consumer.SessionLockedUntil.Should().Be(Time.GetUtcNow() + LockDuration);
        sink.Messages[0].LockedUntil.Should().Be(consumer.SessionLockedUntil);

        Time.Advance(LockDuration);

        sink.Log.Should().Equal("1", "detached");
        sink.Reason!.Failure.Should().Be(TransportFailure.SessionLockLost);
        sink.Messages[0].TrySettle(Settlement.Complete).Should().BeFalse();
        var next = NewSink();
        Attach(queue, next, credit: 5, sessionId: "s");
        next.Log.Should().Equal("1", "2");
        next.Messages[0].DeliveryCount.Should().Be(1);
    }

    [Test]
    public void Renewing_keeps_it()
    {
        var queue = SessionQueue();
        var sink = NewSink();
        Attach(queue, sink, credit: 1, sessionId: "s");
        for (var i = 0; i < 5; i++)
        {
            Time.Advance(TimeSpan.FromSeconds(40));
            queue.TryRenewSessionLock("s", out var lockedUntil).Should().BeTrue();
            lockedUntil.Should().Be(Time.GetUtcNow() + LockDuration);
        }

        sink.Log.Should().BeEmpty();
        queue.TryRenewSessionLock("other", out _).Should().BeFalse();
    }

    [Test]
    public void Closing_does_not_raise_the_delivery_count_and_losing_does()
    {
        var queue = SessionQueue();
        EnqueueInSession(queue, "s", "1");
        Attach(queue, NewSink(), credit: 1, sessionId: "s").Close();
        var sink = NewSink();
        var consumer = Attach(queue, sink, credit: 1, sessionId: "s");
        sink.Messages[0].DeliveryCount.Should().Be(0);

        consumer.Abort(new TransportException(TransportFailure.ConnectionLost, "gone"));

        var next = NewSink();
        Attach(queue, next, credit: 1, sessionId: "s");
        next.Messages[0].DeliveryCount.Should().Be(1);
    }

    [Test, CancelAfter(Guard)]
    public async Task The_next_free_session_is_the_one_free_longest(CancellationToken cancellation)
    {
        var queue = SessionQueue();
        EnqueueInSession(queue, "a", "a1");
        EnqueueInSession(queue, "b", "b1");

        var first = await queue.AttachNextSessionAsync(new ConsumerOptions(), NewSink(), LockDuration, cancellation);
        var second = await queue.AttachNextSessionAsync(new ConsumerOptions(), NewSink(), LockDuration, cancellation);

        first.SessionId.Should().Be("a");
        second.SessionId.Should().Be("b");
    }

    [Test, CancelAfter(Guard)]
    public async Task Who_waits_for_a_session_gets_the_first_with_a_message(CancellationToken cancellation)
    {
        var queue = SessionQueue();
        var sink = NewSink();
        var waiting = queue.AttachNextSessionAsync(new ConsumerOptions(), sink, LockDuration, cancellation).AsTask();
        waiting.IsCompleted.Should().BeFalse();

        EnqueueInSession(queue, "s", "1");

        var consumer = await waiting.WaitAsync(cancellation);
        consumer.SessionId.Should().Be("s");
        sink.Log.Should().BeEmpty("there is no credit yet");
        consumer.AddCredit(1);
        sink.Log.Should().Equal("1");
    }

    [Test, CancelAfter(Guard)]
    public async Task Who_waits_gets_a_session_freed_with_messages(CancellationToken cancellation)
    {
        var queue = SessionQueue();
        var holder = Attach(queue, NewSink(), credit: 0, sessionId: "s", keep: true);
        EnqueueInSession(queue, "s", "1");
        var waiting = queue.AttachNextSessionAsync(new ConsumerOptions(), NewSink(), LockDuration, cancellation).AsTask();
        waiting.IsCompleted.Should().BeFalse();

        holder.Close();

        (await waiting.WaitAsync(cancellation)).SessionId.Should().Be("s");
    }

    [Test, CancelAfter(Guard)]
    public async Task Waiting_for_a_session_ends_with_the_time(CancellationToken cancellation)
    {
        var queue = SessionQueue();
        var waiting = queue.AttachNextSessionAsync(new ConsumerOptions(), NewSink(), TimeSpan.FromSeconds(10), cancellation).AsTask();

        Time.Advance(TimeSpan.FromSeconds(10));

        var wait = async () => await waiting.WaitAsync(cancellation);
        (await wait.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(TransportFailure.Timeout);
        EnqueueInSession(queue, "s", "1");
        queue.GetCounts().HeldSessions.Should().Be(0);
    }

    [Test, CancelAfter(Guard)]
    public async Task Waiting_for_a_session_can_be_cancelled(CancellationToken cancellation)
    {
        var queue = SessionQueue();
        using var source = new CancellationTokenSource();
        var waiting = queue.AttachNextSessionAsync(new ConsumerOptions(), NewSink(), LockDuration, source.Token).AsTask();

        await source.CancelAsync();

        var wait = async () => await waiting.WaitAsync(cancellation);
        await wait.Should().ThrowAsync<OperationCanceledException>();
        EnqueueInSession(queue, "s", "1");
        queue.GetCounts().HeldSessions.Should().Be(0);
    }

    [Test]
    public void State_belongs_to_the_session_and_outlives_its_holder()
    {
        var queue = SessionQueue();
        queue.SetSessionState("s", [1]).Should().Be(TransportFailure.SessionLockLost);
        var consumer = Attach(queue, NewSink(), credit: 0, sessionId: "s");
        queue.TryGetSessionState("s", out var state).Should().BeTrue();
        state.Should().BeNull();

        queue.SetSessionState("s", [1, 2, 3]).Should().BeNull();
        consumer.Close();
        queue.TryGetSessionState("s", out _).Should().BeFalse();
        var next = Attach(queue, NewSink(), credit: 0, sessionId: "s");

        queue.TryGetSessionState("s", out state).Should().BeTrue();
        state.Should().Equal(1, 2, 3);
        queue.SetSessionState("s", null).Should().BeNull();
        next.Close();
        queue.GetCounts().Should().BeEquivalentTo(new { Sessions = 0, SizeInBytes = 0 });
    }

    [Test]
    public void State_is_bounded_by_the_queue_s_size()
    {
        var queue = SessionQueue(options => options with { MaxSizeInBytes = 1_000, MaxMessageSizeInBytes = 800 });
        Attach(queue, NewSink(), credit: 0, sessionId: "a");
        Attach(queue, NewSink(), credit: 0, sessionId: "b");

        queue.SetSessionState("a", new byte[801]).Should().Be(TransportFailure.MessageTooLarge);
        queue.SetSessionState("a", new byte[500]).Should().BeNull();
        queue.SetSessionState("b", new byte[500]).Should().Be(TransportFailure.QuotaExceeded);
        queue.SetSessionState("a", new byte[10]).Should().BeNull();
        queue.SetSessionState("b", new byte[400]).Should().BeNull();
    }

    [Test]
    public void Sessions_without_anything_are_forgotten()
    {
        var queue = SessionQueue();
        for (var i = 0; i < 100; i++)
        {
            var sessionId = $"s{i}";
            EnqueueInSession(queue, sessionId, "x");
            Attach(queue, NewSink(message => message.Settle(Settlement.Complete)), credit: 1, sessionId: sessionId).Close();
        }

        queue.GetCounts().Should().BeEquivalentTo(new { Sessions = 0, Active = 0, Locked = 0 });
    }
}
