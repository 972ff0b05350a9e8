using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_receiving_and_deleting(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task What_was_delivered_is_gone(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, Texts(5));
        var first = NewHandler();
        var receiver = await transport.OpenReceiverAsync(Plain, ReceiveAndDelete, first, cancellation);
        receiver.AddCredit(2);
        (await first.TextsAsync(2, cancellation)).Should().Equal(Texts(2));
        await receiver.DisposeAsync();

        var second = NewHandler();
        await using var other = await transport.OpenReceiverAsync(Plain, ReceiveAndDelete, second, cancellation);
        other.AddCredit(10);

        (await second.TextsAsync(3, cancellation)).Should().Equal(Texts(3, from: 2));
        second.All.Should().OnlyContain(received => received.DeliveryCount == 0);
    }

    [Test, CancelAfter(Guard)]
    public async Task Settling_has_no_effect(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        var handler = NewHandler(received => received.Abandon());
        await using var receiver = await transport.OpenReceiverAsync(Plain, ReceiveAndDelete, handler, cancellation);
        receiver.AddCredit(10);

        await SendAsync(sender, cancellation, "one", "two");
        (await handler.TextsAsync(2, cancellation)).Should().Equal("one", "two");
        await receiver.DrainAsync(cancellation);

        handler.All.Should().HaveCount(2);
    }
}
