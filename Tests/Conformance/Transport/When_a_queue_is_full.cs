using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_a_queue_is_full(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task More_is_refused_until_there_is_room(CancellationToken cancellation)
    {
        await StartAsync([new QueueSpec(Plain) { MaxMessages = 5 }], cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        await SendAsync(sender, cancellation, Texts(5));

        var refusal = await Send(sender, new SentMessage("too many")).Outcome.WaitAsync(cancellation);
        refusal!.Failure.Should().Be(TransportFailure.QuotaExceeded);
        refusal.IsTransient.Should().BeTrue();

        var handler = NewHandler(received => received.Complete());
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        receiver.AddCredit(2);
        await handler.TextsAsync(2, cancellation);

        // What was settled before may reach the broker after what is sent now: they go on different links.
        TransportException? outcome;
        do
        {
            outcome = await Send(sender, new SentMessage("room again")).Outcome.WaitAsync(cancellation);
        }
        while (outcome is { Failure: TransportFailure.QuotaExceeded });

        outcome.Should().BeNull();
    }
}
