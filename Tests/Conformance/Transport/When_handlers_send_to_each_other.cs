using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_handlers_send_to_each_other(TransportKind kind) : TransportConformance(kind)
{
    private const int Hops = 20_000;

    [Test, CancelAfter(Guard)]
    public async Task They_neither_deadlock_nor_dig_a_stack(CancellationToken cancellation)
    {
        await StartAsync([new QueueSpec("ping"), new QueueSpec("pong")], cancellation);
        var left = await OpenAsync(cancellation);
        var right = await OpenAsync(cancellation);
        var toPong = await left.OpenSenderAsync("pong", cancellation);
        var toPing = await right.OpenSenderAsync("ping", cancellation);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hops = 0;

        Action<ReceivedMessage> Return(IMessageSender sender) => received =>
        {
            received.Complete();
            if (Interlocked.Increment(ref hops) < Hops)
            {
                Send(sender, new SentMessage("ball"));
            }
            else
            {
                done.TrySetResult();
            }
        };

        await using var ping = await left.OpenReceiverAsync("ping", PeekLock, NewHandler(Return(toPong)), cancellation);
        await using var pong = await right.OpenReceiverAsync("pong", PeekLock, NewHandler(Return(toPing)), cancellation);
        ping.AddCredit(Hops);
        pong.AddCredit(Hops);

        // Several balls, thrown from several threads.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Task.Run(() => Send(number % 2 == 0 ? toPing : toPong, new SentMessage("ball")), cancellation)));

        await done.Task.WaitAsync(cancellation);
        await ping.DrainAsync(cancellation);
        await pong.DrainAsync(cancellation);
        hops.Should().BeGreaterThanOrEqualTo(Hops);
    }
}
