using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_a_message_is_abandoned(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task It_comes_again_before_the_others_with_its_count_raised(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, Texts(3));
        var handler = NewHandler();
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        receiver.AddCredit(1);
        (await handler.NextAsync(cancellation)).Abandon();

        receiver.AddCredit(1);
        var again = await handler.NextAsync(cancellation);

        again.Text.Should().Be("m0");
        again.DeliveryCount.Should().Be(1);
    }

    [Test, CancelAfter(Guard)]
    public async Task It_is_dead_lettered_when_it_failed_too_often(CancellationToken cancellation)
    {
        await StartAsync([new QueueSpec(Plain) { MaxDeliveryCount = 3 }], cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        var handler = NewHandler(received => received.Abandon());
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        receiver.AddCredit(10);

        await SendAsync(sender, cancellation, "poison");

        var deadLetters = NewHandler();
        await using var dead = await transport.OpenReceiverAsync(Plain + "/$DeadLetterQueue", PeekLock, deadLetters, cancellation);
        dead.AddCredit(1);
        (await deadLetters.NextAsync(cancellation)).Text.Should().Be("poison");
        await receiver.DrainAsync(cancellation);
        handler.All.Select(received => received.DeliveryCount).Should().Equal(0, 1, 2);
    }
}
