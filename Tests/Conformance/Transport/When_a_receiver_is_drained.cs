using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_a_receiver_is_drained(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task Nothing_arrives_until_credit_is_added_again(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        var handler = NewHandler();
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        receiver.AddCredit(10);

        await receiver.DrainAsync(cancellation);
        await SendAsync(sender, cancellation, Texts(3));
        await receiver.DrainAsync(cancellation);
        handler.All.Should().BeEmpty();

        receiver.AddCredit(2);
        (await handler.TextsAsync(2, cancellation)).Should().Equal(Texts(2));
        await receiver.DrainAsync(cancellation);
        handler.All.Should().HaveCount(2);
    }

    [Test, CancelAfter(Guard)]
    public async Task What_waits_is_delivered_first(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, Texts(5));
        var handler = NewHandler();
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);

        receiver.AddCredit(10);
        await receiver.DrainAsync(cancellation);

        handler.All.Select(received => received.Text).Should().Equal(Texts(5));
    }

    [Test, CancelAfter(Guard)]
    public async Task Several_drains_at_once_all_complete(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, NewHandler(), cancellation);
        receiver.AddCredit(5);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => receiver.DrainAsync(cancellation).AsTask(), cancellation)));
    }

    [Test, CancelAfter(Guard)]
    public async Task A_disposed_receiver_does_not_hang_it(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, NewHandler(), cancellation);
        await receiver.DisposeAsync();

        await receiver.DrainAsync(cancellation);
    }
}
