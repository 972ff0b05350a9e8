using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_the_connection_is_lost(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task Everybody_on_it_is_told(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        var handler = NewHandler();
        await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);

        await Broker.CutAsync(transport, cancellation);

        (await transport.Closed.WaitAsync(cancellation))!.Failure.Should().Be(TransportFailure.ConnectionLost);
        (await handler.Closed.WaitAsync(cancellation))!.Failure.Should().Be(TransportFailure.ConnectionLost);
    }

    [Test, CancelAfter(Guard)]
    public async Task What_was_locked_goes_to_another_connection(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var stable = await OpenAsync(cancellation);
        await using var sender = await stable.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, Texts(3));
        var lost = await OpenAsync(cancellation);
        var first = NewHandler();
        var receiver = await lost.OpenReceiverAsync(Plain, PeekLock, first, cancellation);
        receiver.AddCredit(2);
        await first.TextsAsync(2, cancellation);

        await Broker.CutAsync(lost, cancellation);

        // Only when the locks are given back: a broker may learn of the loss after the transport does.
        var second = NewHandler();
        await using var other = await stable.OpenReceiverAsync(Plain, PeekLock, second, cancellation);
        other.AddCredit(3);
        (await second.TextsAsync(3, cancellation)).Should().BeEquivalentTo(Texts(3));
        second.All.Where(received => received.Text is "m0" or "m1").Should().OnlyContain(received => received.DeliveryCount == 1);
    }

    [Test, CancelAfter(Guard)]
    public async Task Sends_are_answered_with_it(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await Broker.CutAsync(transport, cancellation);
        await transport.Closed.WaitAsync(cancellation);

        var outcome = await Send(sender, new SentMessage("late")).Outcome.WaitAsync(cancellation);

        outcome!.Failure.Should().Be(TransportFailure.ConnectionLost);
        outcome.IsTransient.Should().BeTrue();
    }

    [Test, CancelAfter(Guard)]
    public async Task Every_send_on_its_way_is_answered_once(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        var sender = await transport.OpenSenderAsync(Plain, cancellation);
        var underWay = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sending = Task.Run(
            () =>
            {
                var messages = new List<SentMessage>();
                for (var i = 0; i < 5_000; i++)
                {
                    messages.Add(Send(sender, new SentMessage("x")));
                    if (i == 100)
                    {
                        underWay.SetResult();
                    }
                }

                return messages;
            },
            cancellation);

        await underWay.Task.WaitAsync(cancellation);
        await Broker.CutAsync(transport, cancellation);

        foreach (var message in await sending)
        {
            var outcome = await message.Outcome.WaitAsync(cancellation);
            (outcome?.Failure ?? TransportFailure.ConnectionLost).Should().Be(TransportFailure.ConnectionLost);
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task Nothing_can_be_opened_on_it(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await Broker.CutAsync(transport, cancellation);
        await transport.Closed.WaitAsync(cancellation);

        var openSender = async () => await transport.OpenSenderAsync(Plain, cancellation);
        var openReceiver = async () => await transport.OpenReceiverAsync(Plain, PeekLock, NewHandler(), cancellation);

        (await openSender.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(TransportFailure.ConnectionLost);
        (await openReceiver.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(TransportFailure.ConnectionLost);
    }

    [Test, CancelAfter(Guard)]
    public async Task Disposing_what_was_open_is_quiet(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        var sender = await transport.OpenSenderAsync(Plain, cancellation);
        var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, NewHandler(), cancellation);
        await Broker.CutAsync(transport, cancellation);

        await sender.DisposeAsync();
        await receiver.DisposeAsync();
        await transport.DisposeAsync();

        (await transport.Closed.WaitAsync(cancellation))!.Failure.Should().Be(TransportFailure.ConnectionLost, "the first end is the one that counts");
    }
}
