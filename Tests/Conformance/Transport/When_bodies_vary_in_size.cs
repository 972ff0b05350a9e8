using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_bodies_vary_in_size(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task They_arrive_as_they_were_sent(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        var handler = NewHandler();
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        receiver.AddCredit(10);
        int[] sizes = [0, 1, 255, 256, 64 * 1024, sender.MaxBodySize];

        foreach (var size in sizes)
        {
            var body = new byte[size];
            new Random(size).NextBytes(body);
            var message = Send(sender, new SentMessage(body));
            (await message.Outcome.WaitAsync(cancellation)).Should().BeNull();
            (await handler.NextAsync(cancellation)).Body.AsSpan().SequenceEqual(body).Should().BeTrue("{0} bytes were sent", size);
        }
    }

    [Test, CancelAfter(Guard)]
    public async Task One_too_large_is_refused_and_hurts_no_other(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        await using var sender = await transport.OpenSenderAsync(Plain, cancellation);
        var handler = NewHandler();
        await using var receiver = await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        receiver.AddCredit(10);

        var before = Send(sender, new SentMessage("before"));
        var tooLarge = Send(sender, new SentMessage(new byte[sender.MaxBodySize + 1]));
        var after = Send(sender, new SentMessage("after"));

        (await before.Outcome.WaitAsync(cancellation)).Should().BeNull();
        (await tooLarge.Outcome.WaitAsync(cancellation))!.Failure.Should().Be(TransportFailure.MessageTooLarge);
        (await after.Outcome.WaitAsync(cancellation)).Should().BeNull();
        (await handler.TextsAsync(2, cancellation)).Should().Equal("before", "after");
    }
}
