using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_a_session_id_is_missing_or_misplaced(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task A_message_without_one_is_refused_and_the_next_is_taken(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Sessions, cancellation);

        var without = await Send(sender, new SentMessage("no session")).Outcome.WaitAsync(cancellation);
        var with = await Send(sender, new SentMessage("session", "s")).Outcome.WaitAsync(cancellation);

        without!.Failure.Should().Be(TransportFailure.NotAllowed);
        without.IsTransient.Should().BeFalse();
        with.Should().BeNull();
    }

    [Test, CancelAfter(Guard)]
    public async Task A_receiver_without_one_is_refused(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);

        var open = async () => await transport.OpenReceiverAsync(Sessions, PeekLock, NewHandler(), cancellation);

        (await open.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(TransportFailure.NotAllowed);
    }

    [Test, CancelAfter(Guard)]
    public async Task A_receiver_with_one_is_refused_where_there_are_none(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);

        var open = async () => await transport.OpenReceiverAsync(Plain, InSession("s"), NewHandler(), cancellation);

        (await open.Should().ThrowAsync<TransportException>()).Which.Failure.Should().Be(TransportFailure.NotAllowed);
    }
}
