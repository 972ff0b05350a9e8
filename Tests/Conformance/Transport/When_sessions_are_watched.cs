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
        if (!_kind.Transport.IsAssignableTo(typeof(ISessionPresence)))
        {
            Assert.Pass("This transport cannot know.");
        }

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

    private sealed class Observer : ISessionObserver
    {
        private readonly Channel<string> _events = Channel.CreateUnbounded<string>();

        public int Count => _events.Reader.Count;

        public void OnSessionHeld(string sessionId) => _events.Writer.TryWrite("+" + sessionId);

        public void OnSessionFreed(string sessionId) => _events.Writer.TryWrite("-" + sessionId);

        public ValueTask<string> NextAsync(CancellationToken cancellationToken) => _events.Reader.ReadAsync(cancellationToken);
    }
}
