using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_a_session_s_connection_is_lost(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task Another_can_hold_it_and_gets_what_was_not_delivered(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var lost = await OpenAsync(cancellation);
        var stable = await OpenAsync(cancellation);
        await using var sender = await stable.OpenSenderAsync(Sessions, cancellation);
        var first = NewHandler();
        var holder = await lost.OpenReceiverAsync(Sessions, InSession("mine", ReceiveMode.ReceiveAndDelete), first, cancellation);
        holder.AddCredit(1);
        await SendInSessionAsync(sender, "mine", cancellation, Texts(3));
        await first.NextAsync(cancellation);

        await Broker.CutAsync(lost, cancellation);

        var second = NewHandler();
        await using var next = await HoldAsync(stable, second, cancellation);
        next.AddCredit(5);
        (await second.TextsAsync(2, cancellation)).Should().Equal(Texts(2, from: 1));
    }

    /// <summary>A broker may hear of the loss later than the test; until then it refuses, and says that this passes.</summary>
    private static async Task<IMessageReceiver> HoldAsync(ITransport transport, RecordingHandler handler, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await transport.OpenReceiverAsync(Sessions, InSession("mine", ReceiveMode.ReceiveAndDelete), handler, cancellationToken);
            }
            catch (TransportException refusal) when (refusal.Failure == TransportFailure.SessionCannotBeLocked)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }
    }
}
