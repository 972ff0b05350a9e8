using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_a_transport_is_disposed(TransportKind kind) : TransportConformance(kind)
{
    [Test, CancelAfter(Guard)]
    public async Task It_and_what_was_open_on_it_end_without_a_reason(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var transport = await OpenAsync(cancellation);
        var handler = NewHandler();
        await transport.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);

        await transport.DisposeAsync();
        await transport.DisposeAsync();

        (await transport.Closed.WaitAsync(cancellation)).Should().BeNull();
        (await handler.Closed.WaitAsync(cancellation)).Should().BeNull();
    }

    [Test, CancelAfter(Guard)]
    public async Task Under_load_every_send_is_answered_and_nothing_is_lost(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var sending = await OpenAsync(cancellation);
        var receiving = await OpenAsync(cancellation);
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        var handler = NewHandler(received =>
        {
            received.Complete();
            if (Interlocked.Increment(ref count) == 500)
            {
                enough.SetResult();
            }
        });
        var receiver = await receiving.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        receiver.AddCredit(10_000);
        var sender = await sending.OpenSenderAsync(Plain, cancellation);
        var load = Task.Run(() => Enumerable.Range(0, 3_000).Select(number => Send(sender, new SentMessage($"m{number}"))).ToList(), cancellation);

        await enough.Task.WaitAsync(cancellation);
        await receiving.DisposeAsync();
        var before = handler.All.Select(received => received.Text).ToHashSet();
        foreach (var message in await load)
        {
            (await message.Outcome.WaitAsync(cancellation)).Should().BeNull();
        }

        var rest = NewHandler();
        await using var other = await sending.OpenReceiverAsync(Plain, PeekLock, rest, cancellation);
        other.AddCredit(3_000);
        await other.DrainAsync(cancellation);
        before.UnionWith(rest.All.Select(received => received.Text));
        before.SetEquals(Texts(3_000)).Should().BeTrue("a message was settled or comes again");

        // Sends against an end of their own transport.
        var more = Task.Run(() => Enumerable.Range(0, 1_000).Select(_ => Send(sender, new SentMessage("x"))).ToList(), cancellation);
        await sending.DisposeAsync();
        foreach (var message in await more)
        {
            await message.Outcome.WaitAsync(cancellation);
        }
    }
}
