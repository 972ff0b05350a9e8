using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_messages_are_sent(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task They_arrive_in_order(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        var handler = NewHandler();
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        receiver.AddCredit(100);

        await SendAsync(sender, cancellation, Texts(100));

        (await handler.TextsAsync(100, cancellation)).Should().Equal(Texts(100));
        handler.All.Should().OnlyContain(received => received.DeliveryCount == 0);
        handler.All.Select(received => received.Message.EnqueuedTime).Should().BeInAscendingOrder();
    }

    [Test, CancelAfter(Guard)]
    public async Task They_wait_for_a_receiver(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, Texts(10));

        var other = await OpenAsync(cancellation);
        var handler = NewHandler();
        await using var receiver = await other.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        receiver.AddCredit(10);

        (await handler.TextsAsync(10, cancellation)).Should().Equal(Texts(10));
    }

    [Test, CancelAfter(Guard)]
    public async Task A_disposed_sender_answers_too(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await sender.DisposeAsync();

        var message = Send(sender, new SentMessage("late"));

        (await message.Outcome.WaitAsync(cancellation)).Should().NotBeNull();
    }
}
