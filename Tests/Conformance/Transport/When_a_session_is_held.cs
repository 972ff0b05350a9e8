using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_a_session_is_held(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task Its_messages_arrive_in_order_and_no_others(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Sessions, cancellation);
        await SendInSessionAsync(sender, "red", cancellation, "r0", "r1");
        await SendInSessionAsync(sender, "blue", cancellation, "b0");
        var red = NewHandler();
        var blue = NewHandler();
        await using var redReceiver = await transport.OpenReceiverAsync(Sessions, InSession("red", ReceiveMode.ReceiveAndDelete), red, cancellation);
        await using var blueReceiver = await transport.OpenReceiverAsync(Sessions, InSession("blue", ReceiveMode.ReceiveAndDelete), blue, cancellation);
        redReceiver.AddCredit(10);
        blueReceiver.AddCredit(10);
        await SendInSessionAsync(sender, "blue", cancellation, "b1", "b2");
        await SendInSessionAsync(sender, "red", cancellation, "r2");

        (await red.TextsAsync(3, cancellation)).Should().Equal("r0", "r1", "r2");
        (await blue.TextsAsync(3, cancellation)).Should().Equal("b0", "b1", "b2");
    }

    [Test, CancelAfter(Guard)]
    public async Task A_second_receiver_is_refused(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var holder = await transport.OpenReceiverAsync(Sessions, InSession("mine"), NewHandler(), cancellation);

        var open = async () => await (await OpenAsync(cancellation)).OpenReceiverAsync(Sessions, InSession("mine"), NewHandler(), cancellation);

        var refusal = (await open.Should().ThrowAsync<TransportException>()).Which;
        refusal.Failure.Should().Be(TransportFailure.SessionCannotBeLocked);
        refusal.IsTransient.Should().BeTrue();
    }

    [Test, CancelAfter(Guard)]
    public async Task Disposing_frees_it_at_once(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Sessions, cancellation);
        var first = NewHandler();
        var holder = await transport.OpenReceiverAsync(Sessions, InSession("mine"), first, cancellation);
        holder.AddCredit(2);
        await SendInSessionAsync(sender, "mine", cancellation, Texts(3));
        await first.TextsAsync(2, cancellation);

        await holder.DisposeAsync();

        var second = NewHandler();
        await using var next = await transport.OpenReceiverAsync(Sessions, InSession("mine"), second, cancellation);
        next.AddCredit(5);
        (await second.TextsAsync(3, cancellation)).Should().Equal(Texts(3), "what was not settled comes again, and first");
    }

    [Test, CancelAfter(Guard)]
    public async Task It_stays_held_longer_than_its_lock_lasts(CancellationToken cancellation)
    {
        await StartAsync([new QueueSpec(Sessions) { RequiresSession = true, LockDuration = TimeSpan.FromSeconds(30) }], cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Sessions, cancellation);
        var handler = NewHandler();
        await using var holder = await transport.OpenReceiverAsync(Sessions, InSession("mine"), handler, cancellation);

        await Broker.PassTimeAsync(TimeSpan.FromSeconds(100), cancellation);

        holder.AddCredit(1);
        await SendInSessionAsync(sender, "mine", cancellation, "still here");
        (await handler.NextAsync(cancellation)).Text.Should().Be("still here");
        handler.IsClosed.Should().BeFalse();
    }

    [Test, CancelAfter(Guard)]
    public async Task An_abandoned_message_is_the_next_again(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Sessions, cancellation);
        await SendInSessionAsync(sender, "mine", cancellation, Texts(3));
        var handler = NewHandler();
        await using var holder = await transport.OpenReceiverAsync(Sessions, InSession("mine"), handler, cancellation);
        holder.AddCredit(1);
        (await handler.NextAsync(cancellation)).Abandon();

        holder.AddCredit(3);

        (await handler.TextsAsync(3, cancellation)).Should().Equal(Texts(3));
    }
}
