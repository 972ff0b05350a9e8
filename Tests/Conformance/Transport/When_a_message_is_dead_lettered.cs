using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_a_message_is_dead_lettered(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task It_is_in_the_dead_letter_queue_only(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, "bad", "good");
        var handler = NewHandler();
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        receiver.AddCredit(1);
        (await handler.NextAsync(cancellation)).Message.Settle(Settlement.DeadLetter);

        var deadLetters = NewHandler();
        await using var dead = await transport.OpenReceiverAsync(Plain + "/$DeadLetterQueue", PeekLock, deadLetters, cancellation);
        dead.AddCredit(1);
        var message = await deadLetters.NextAsync(cancellation);
        message.Text.Should().Be("bad");
        message.Complete();

        receiver.AddCredit(5);
        await receiver.DrainAsync(cancellation);
        handler.All.Select(received => received.Text).Should().Equal("bad", "good");
    }
}
