using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_receivers_compete(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task Each_message_goes_to_one_of_those_with_credit(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var left = NewHandler();
        var right = NewHandler();
        var idle = NewHandler();
        await using var leftReceiver = await (await OpenAsync(cancellation)).OpenReceiverAsync(Plain, PeekLock, left, cancellation);
        await using var rightReceiver = await (await OpenAsync(cancellation)).OpenReceiverAsync(Plain, PeekLock, right, cancellation);
        await using var idleReceiver = await (await OpenAsync(cancellation)).OpenReceiverAsync(Plain, PeekLock, idle, cancellation);
        leftReceiver.AddCredit(6);
        rightReceiver.AddCredit(14);
        await using var sender = await (await OpenAsync(cancellation)).OpenSenderAsync(Plain, cancellation);

        await SendAsync(sender, cancellation, Texts(20));

        var got = (await left.TextsAsync(6, cancellation)).Concat(await right.TextsAsync(14, cancellation));
        got.Should().BeEquivalentTo(Texts(20));
        await idleReceiver.DrainAsync(cancellation);
        idle.All.Should().BeEmpty();
    }

    [Test, CancelAfter(Guard)]
    public async Task They_share(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var handlers = new[] { NewHandler(), NewHandler() };
        foreach (var handler in handlers)
        {
            var receiver = await (await OpenAsync(cancellation)).OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
            receiver.AddCredit(1);
            await receiver.DrainAsync(cancellation); // The broker knows of the credit when this is over; now for good:
            receiver.AddCredit(100);
        }

        await using var sender = await (await OpenAsync(cancellation)).OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, Texts(100));

        await handlers[0].TextsAsync(10, cancellation);
        await handlers[1].TextsAsync(10, cancellation);
    }
}
