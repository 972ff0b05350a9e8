using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_a_queue_is_unknown(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task Nothing_opens_and_the_transport_lives_on(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);

        var openSender = async () => await transport.OpenSenderAsync("nowhere", cancellation);
        var openReceiver = async () => await transport.OpenReceiverAsync("nowhere", PeekLock, NewHandler(), cancellation);

        (await openSender.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(TransportFailure.EntityNotFound);
        (await openReceiver.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(TransportFailure.EntityNotFound);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, "fine");
    }

    [Test, CancelAfter(Guard)]
    public async Task Case_does_not_make_it_so(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);

        await using var sender = await transport.OpenSenderAsync("PLAIN", cancellation);

        await SendAsync(sender, cancellation, "fine");
    }
}
