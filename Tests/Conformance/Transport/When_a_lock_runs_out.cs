using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_a_lock_runs_out(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task Somebody_else_gets_the_message(CancellationToken cancellation)
    {
        await StartAsync([new QueueSpec(Plain) { LockDuration = TimeSpan.FromSeconds(30) }], cancellation);
        var slow = NewHandler();
        await using var slowReceiver = await (await OpenAsync(cancellation)).OpenReceiverAsync(Plain, PeekLock, slow, cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        slowReceiver.AddCredit(1);
        await SendAsync(sender, cancellation, "work");
        var first = await slow.NextAsync(cancellation);
        var quick = NewHandler();
        await using var quickReceiver = await transport.OpenReceiverAsync(Plain, PeekLock, quick, cancellation);
        quickReceiver.AddCredit(1);

        await Broker.PassTimeAsync(TimeSpan.FromSeconds(29), cancellation);
        quick.All.Should().BeEmpty();
        await Broker.PassTimeAsync(TimeSpan.FromSeconds(2), cancellation);

        var second = await quick.NextAsync(cancellation);
        second.Text.Should().Be("work");
        second.DeliveryCount.Should().Be(1);

        // Too late: the lock is another's now, and so is the word.
        first.Complete();
        await slowReceiver.DrainAsync(cancellation);
        second.Abandon();
        quickReceiver.AddCredit(1);
        (await quick.NextAsync(cancellation)).DeliveryCount.Should().Be(2);
    }
}
