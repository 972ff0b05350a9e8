using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_a_receiver_is_disposed(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task What_it_had_locked_goes_to_another_in_order(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, Texts(5));
        var first = NewHandler();
        var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, first, cancellation);
        receiver.AddCredit(3);
        await first.TextsAsync(3, cancellation);

        await receiver.DisposeAsync();

        var second = NewHandler();
        await using var other = await transport.OpenReceiverAsync(Plain, PeekLock, second, cancellation);
        other.AddCredit(5);
        (await second.TextsAsync(5, cancellation)).Should().Equal(Texts(5));
    }

    [Test, CancelAfter(Guard)]
    public async Task Its_handler_is_told_once_without_a_reason(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        var handler = NewHandler();
        var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);

        await receiver.DisposeAsync();
        await receiver.DisposeAsync();

        handler.IsClosed.Should().BeTrue();
        (await handler.Closed).Should().BeNull();
    }

    [Test, CancelAfter(Guard)]
    public async Task Its_credit_counts_no_longer(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        var gone = NewHandler();
        var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, gone, cancellation);
        receiver.AddCredit(10);
        var handler = NewHandler();
        await using var other = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        other.AddCredit(10);

        await receiver.DisposeAsync();
        receiver.AddCredit(10);
        await SendAsync(sender, cancellation, Texts(10));

        (await handler.TextsAsync(10, cancellation)).Should().Equal(Texts(10));
        gone.All.Should().BeEmpty();
    }
}
