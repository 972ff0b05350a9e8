using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_credit_is_granted(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task Exactly_so_many_messages_arrive(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, Texts(10));
        var handler = NewHandler();
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);

        await receiver.DrainAsync(cancellation);
        handler.All.Should().BeEmpty("there is no credit yet");

        receiver.AddCredit(3);
        await handler.TextsAsync(3, cancellation);
        await receiver.DrainAsync(cancellation);
        handler.All.Should().HaveCount(3);

        receiver.AddCredit(2);
        receiver.AddCredit(2);
        (await handler.TextsAsync(4, cancellation)).Should().Equal(Texts(4, from: 3));
        await receiver.DrainAsync(cancellation);
        handler.All.Should().HaveCount(7);
    }

    [Test, CancelAfter(Guard)]
    public async Task Many_small_grants_add_up(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        var handler = NewHandler();
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        var sending = SendAsync(sender, cancellation, Texts(1_100));
        for (var i = 0; i < 1_000; i++)
        {
            receiver.AddCredit(1);
        }

        (await handler.TextsAsync(1_000, cancellation)).Should().Equal(Texts(1_000));
        await sending;
        await receiver.DrainAsync(cancellation);
        handler.All.Should().HaveCount(1_000);
    }

    [Test, CancelAfter(Guard)]
    public async Task It_may_be_granted_from_inside_the_handler(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, Texts(500));
        var granting = new TaskCompletionSource<Action>();
        var handler = NewHandler(_ => granting.Task.Result());
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        granting.SetResult(() => receiver.AddCredit(1));

        receiver.AddCredit(1);

        (await handler.TextsAsync(500, cancellation)).Should().Equal(Texts(500));
    }

    [Test, CancelAfter(Guard)]
    public async Task Settling_gives_no_credit_back(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, Texts(4));
        var handler = NewHandler(received => received.Complete());
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);

        receiver.AddCredit(2);
        await handler.TextsAsync(2, cancellation);
        await receiver.DrainAsync(cancellation);

        handler.All.Should().HaveCount(2);
    }
}
