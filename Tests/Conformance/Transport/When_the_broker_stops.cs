using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_the_broker_stops(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task Its_transports_are_lost_and_new_ones_can_be_opened_when_it_is_back(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        var handler = NewHandler();
        var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, "waiting");
        receiver.AddCredit(1);
        await handler.NextAsync(cancellation);

        await Broker.StopBrokerAsync(cancellation);

        (await transport.Closed.WaitAsync(cancellation))!.IsTransient.Should().BeTrue();
        (await handler.Closed.WaitAsync(cancellation))!.Failure.Should().Be(TransportFailure.ConnectionLost);

        await StartAsync(cancellation);
        var next = await OpenAsync(cancellation);
        var nextHandler = NewHandler();
        await using var nextReceiver = await next.OpenReceiverAsync(Plain, PeekLock, nextHandler, cancellation);
        await using var nextSender = await next.OpenSenderAsync(Plain, cancellation);
        nextReceiver.AddCredit(1);
        await SendAsync(nextSender, cancellation, "fresh");
        (await nextHandler.NextAsync(cancellation)).Text.Should().Be("fresh");
    }
}
