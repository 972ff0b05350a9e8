using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_a_message_expires(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task It_is_not_delivered(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await Send(sender, new SentMessage("short", timeToLive: TimeSpan.FromSeconds(5))).Outcome.WaitAsync(cancellation);
        await Send(sender, new SentMessage("long", timeToLive: TimeSpan.FromSeconds(50))).Outcome.WaitAsync(cancellation);
        await Send(sender, new SentMessage("endless")).Outcome.WaitAsync(cancellation);

        await Broker.PassTimeAsync(TimeSpan.FromSeconds(6), cancellation);

        var handler = NewHandler();
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        receiver.AddCredit(3);
        await receiver.DrainAsync(cancellation);
        handler.All.Select(received => received.Text).Should().Equal("long", "endless");
    }

    [Test, CancelAfter(Guard)]
    public async Task The_queue_s_own_limit_counts_too(CancellationToken cancellation)
    {
        await StartAsync([new QueueSpec(Plain) { DefaultMessageTimeToLive = TimeSpan.FromSeconds(30) }], cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await Send(sender, new SentMessage("default")).Outcome.WaitAsync(cancellation);
        await Send(sender, new SentMessage("asks for more", timeToLive: TimeSpan.FromHours(1))).Outcome.WaitAsync(cancellation);

        await Broker.PassTimeAsync(TimeSpan.FromSeconds(31), cancellation);

        var handler = NewHandler();
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        receiver.AddCredit(3);
        await receiver.DrainAsync(cancellation);
        handler.All.Should().BeEmpty();
    }
}
