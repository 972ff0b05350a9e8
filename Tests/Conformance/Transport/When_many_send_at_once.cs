using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Conformance.Transport;

public sealed class When_many_send_at_once(TransportKind kind) : TransportConformance(kind)
{
    private const int Senders = 4;
    private const int Each = 2_500;

    [Test, CancelAfter(Guard)]
    public async Task Each_message_arrives_once_and_each_sender_s_in_order(CancellationToken cancellation)
    {
        await StartAsync(cancellation);
        var receiving = await OpenAsync(cancellation);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        var grant = new TaskCompletionSource<Action>();
        var handler = NewHandler(received =>
        {
            received.Complete();
            grant.Task.Result();
            if (++count == Senders * Each)
            {
                all.SetResult();
            }
        });
        await using var receiver = await receiving.OpenReceiverAsync(Plain, PeekLock, handler, cancellation);
        grant.SetResult(() => receiver.AddCredit(1));
        receiver.AddCredit(100);

        var transports = new[] { await OpenAsync(cancellation), await OpenAsync(cancellation) };
        var sending = Enumerable.Range(0, Senders).Select(number => Task.Run(
            async () =>
            {
                await using var sender = await transports[number % 2].OpenSenderAsync(Plain, cancellation);
                await SendAsync(sender, cancellation, Enumerable.Range(0, Each).Select(i => $"{number} {i}").ToArray());
            },
            cancellation));
        await Task.WhenAll(sending);
        await all.Task.WaitAsync(cancellation);
        await receiver.DrainAsync(cancellation);

        handler.All.Should().HaveCount(Senders * Each);
        foreach (var group in handler.All.Select(received => received.Text.Split(' ')).GroupBy(parts => parts[0], parts => int.Parse(parts[1], null)))
        {
            group.Should().Equal(Enumerable.Range(0, Each), "sender {0}'s messages keep their order", group.Key);
        }
    }
}
