using System.Threading.Channels;
using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

/// <summary>Only for transports that know who holds what (<see cref="ISessionPresence"/>).</summary>
public sealed class When_sessions_are_watched(TransportKind kind) : TransportConformance(kind)
{
    private readonly TransportKind _kind = kind;

    [Test, CancelAfter(Guard)]
    public async Task Every_change_is_told_in_order(CancellationToken cancellation)
    {
        PassWhereNobodyCanKnow();
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        var early = await transport.OpenReceiverAsync(Sessions, InSession("early"), NewHandler(), cancellation);
        var observer = new Observer();
        var watch = ((ISessionPresence)transport).Watch(Sessions, observer);
        var other = await OpenAsync(cancellation);
        await other.OpenReceiverAsync(Sessions, InSession("a"), NewHandler(), cancellation);
        await early.DisposeAsync();
        await Broker.CutAsync(other, cancellation);

        (await observer.NextAsync(cancellation)).Should().Be("+early", "what is held already is told first");
        (await observer.NextAsync(cancellation)).Should().Be("+a");
        (await observer.NextAsync(cancellation)).Should().Be("-early");
        (await observer.NextAsync(cancellation)).Should().Be("-a");

        watch.Dispose();
        await using var unseen = await transport.OpenReceiverAsync(Sessions, InSession("unseen"), NewHandler(), cancellation);
        observer.Count.Should().Be(0);
    }

    [Test, CancelAfter(Guard)]
    public async Task Who_is_evicted_gives_back_all_it_has(CancellationToken cancellation)
    {
        PassWhereNobodyCanKnow();
        await StartAsync(cancellation);
        var silent = await OpenAsync(cancellation);
        var other = await OpenAsync(cancellation);
        await silent.OpenReceiverAsync(Sessions, InSession("a"), NewHandler(), cancellation);
        var first = NewHandler();
        var holder = await silent.OpenReceiverAsync(Plain, PeekLock, first, cancellation);
        holder.AddCredit(2);
        await using var sender = await other.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, "locked");
        await first.NextAsync(cancellation);

        ((ISessionPresence)other).Evict(Sessions, "nobody's");
        ((ISessionPresence)other).Evict(Sessions, "a");

        (await first.Closed.WaitAsync(cancellation))!.Failure.Should().Be(TransportFailure.ConnectionLost);
        var second = NewHandler();
        await using var next = await other.OpenReceiverAsync(Plain, ReceiveAndDelete, second, cancellation);
        next.AddCredit(2);
        (await second.NextAsync(cancellation)).DeliveryCount.Should().Be(1);
        await SendAsync(sender, cancellation, "the credit is gone, too");
        (await second.NextAsync(cancellation)).Text.Should().Be("the credit is gone, too");
    }

    private void PassWhereNobodyCanKnow()
    {
        if (!_kind.Transport.IsAssignableTo(typeof(ISessionPresence)))
        {
            Assert.Pass("This transport cannot know.");
        }
    }

    private sealed class Observer : ISessionObserver
    {
        private readonly Channel<string> _events = Channel.CreateUnbounded<string>();

        public int Count => _events.Reader.Count;

        public void OnSessionHeld(string sessionId) => _events.Writer.TryWrite("+" + sessionId);

        public void OnSessionFreed(string sessionId) => _events.Writer.TryWrite("-" + sessionId);

        public ValueTask<string> NextAsync(CancellationToken cancellationToken) => _events.Reader.ReadAsync(cancellationToken);
    }
}
