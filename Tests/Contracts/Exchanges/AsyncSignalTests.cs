using AppProxy.Contracts.Exchanges;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Exchanges;

[TestFixture]
[CancelAfter(60_000)]
public sealed class AsyncSignalTests
{
    [Test]
    public async Task A_raise_that_nobody_waits_for_is_remembered_once(CancellationToken cancellation)
    {
        var signal = new AsyncSignal();
        signal.Raise();
        signal.Raise();

        signal.WaitAsync().AsTask().IsCompleted.Should().BeTrue();
        var second = signal.WaitAsync().AsTask();
        second.IsCompleted.Should().BeFalse();
        signal.Raise();
        await second.WaitAsync(cancellation);
    }

    [Test]
    public async Task The_waiter_does_not_run_on_the_setter_s_thread(CancellationToken cancellation)
    {
        var signal = new AsyncSignal();
        var setter = new Thread(signal.Raise);
        var ran = WaitAsync();
        setter.Start();
        setter.Join();

        (await ran.WaitAsync(cancellation)).Should().NotBe(setter.ManagedThreadId);

        async Task<int> WaitAsync()
        {
            await signal.WaitAsync();
            return Environment.CurrentManagedThreadId;
        }
    }

    /// <summary>
    /// The setter writes, then raises; the waiter reads, then waits. Two raises in a row put the second one into the moment in which the
    /// waiter takes the first: a raise that trusts a stale look at the state loses what was written before it.
    /// </summary>
    [Test]
    public async Task No_wake_up_is_lost_in_a_storm(CancellationToken cancellation)
    {
        const int Rounds = 200_000;
        var signal = new AsyncSignal();
        var written = 0;
        var seen = 0;
        var waiter = Task.Run(
            async () =>
            {
                while (seen < 2 * Rounds)
                {
                    if (Volatile.Read(ref written) is var now && now != seen)
                    {
                        Volatile.Write(ref seen, now);
                        continue;
                    }

                    await signal.WaitAsync();
                }
            },
            cancellation);
        var setter = Task.Run(
            () =>
            {
                for (var round = 1; round <= 2 * Rounds; round++)
                {
                    Volatile.Write(ref written, round);
                    signal.Raise();
                    if (round % 2 == 0)
                    {
                        var spin = new SpinWait();
                        while (Volatile.Read(ref seen) < round)
                        {
                            cancellation.ThrowIfCancellationRequested();
                            spin.SpinOnce(sleep1Threshold: -1);
                        }
                    }
                }
            },
            cancellation);

        await Task.WhenAll(waiter, setter).WaitAsync(cancellation);
    }
}
