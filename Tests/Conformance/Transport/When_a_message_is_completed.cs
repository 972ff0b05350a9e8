using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_a_message_is_completed(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task It_is_gone(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, "done", "next");
        var first = NewHandler();
        var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, first, cancellation);
        receiver.AddCredit(1);
        (await first.NextAsync(cancellation)).Complete();
        await receiver.DisposeAsync();

        var second = NewHandler();
        await using var again = await transport.OpenReceiverAsync(Plain, PeekLock, second, cancellation);
        again.AddCredit(2);

        (await second.NextAsync(cancellation)).Text.Should().Be("next");
        await again.DrainAsync(cancellation);
        second.All.Should().HaveCount(1);
    }

    [Test, CancelAfter(Guard)]
    public async Task Only_the_first_settlement_counts(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, "once");
        var handler = NewHandler();
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        receiver.AddCredit(5);
        var message = await handler.NextAsync(cancellation);

        message.Complete();
        message.Abandon();
        message.Complete();

        await SendAsync(sender, cancellation, "marker");
        (await handler.NextAsync(cancellation)).Text.Should().Be("marker");
    }
}
