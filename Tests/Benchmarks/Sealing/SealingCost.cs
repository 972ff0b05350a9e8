using System.Diagnostics;
using System.Globalization;
using AppProxy.Benchmarks.Reporting;
using AppProxy.Contracts.Identity.Sealing;
using Microsoft.Extensions.Logging.Abstractions;

namespace AppProxy.Benchmarks.Sealing;

/// <summary>What it costs to seal and to open messages, on one core and with nothing else around it.</summary>
internal static class SealingCost
{
    /// <summary>A request or a small answer; and a piece of a body, as pumps cut them.</summary>
    private static readonly int[] Sizes = [1024, 60 * 1024];

    public static async Task RunAsync(int seconds, TextWriter output)
    {
        await output.WriteLineAsync(MachineDescription.Text());
        await output.WriteLineAsync("\n| message | sealed and opened, µs | allocated, B | a GET (two messages), µs | a GB, s |\n|---|--:|--:|--:|--:|");
        foreach (var size in Sizes)
        {
            Measure(size, TimeSpan.FromSeconds(seconds));
            await output.WriteLineAsync(Measure(size, TimeSpan.FromSeconds(seconds)));
        }
    }

    private static string Measure(int size, TimeSpan time)
    {
        var secret = GroupSecret.Create();
        var seal = new GroupSeal("default", new Keys(secret), new Uncounted(), NullLogger.Instance);
        using var sealer = seal.CreateSealer("uplinks.default");
        var text = new byte[size];
        var message = new byte[size + SealedHeader.Overhead];
        var session = Guid.NewGuid().ToString();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var began = Stopwatch.GetTimestamp();
        var messages = 0;
        for (; Stopwatch.GetElapsedTime(began) < time; messages++)
        {
            if (!sealer.TrySeal(text, session, message) || seal.TryOpen("uplinks.default", session, message, isOnce: true, out _) != SealingFault.None)
            {
                throw new InvalidOperationException("What was sealed cannot be opened.");
            }
        }

        var microseconds = Stopwatch.GetElapsedTime(began).TotalMicroseconds / messages;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return string.Create(
            CultureInfo.InvariantCulture, $"| {size / 1024} KiB | {microseconds:0.00} | {allocated / (double)messages:0} | {2 * microseconds:0.00} | {microseconds * (1e9 / size) / 1e6:0.00} |");
    }

    private sealed class Keys(GroupSecret secret) : ISealingKeys
    {
        public DateTimeOffset Now => TimeProvider.System.GetUtcNow();

        public SealingKey Current { get; } = new(secret.Id, Guid.Empty, secret.Down);

        public SealingFault Check(in SealedHeader header) => SealingFault.None;

        public byte[] OpeningKeyOf(in SealedHeader header) => secret.Down;

        public Task RefreshAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Uncounted : IRefusalCounter
    {
        public void Refused(string group, string queue, SealingFault fault)
        {
        }
    }
}
