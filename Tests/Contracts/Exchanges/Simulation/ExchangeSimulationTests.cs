using AppProxy.Contracts.Exchanges;
using AppProxy.Contracts.Frames;
using AppProxy.Contracts.Transport;
using FluentAssertions;
using NUnit.Framework;

namespace AppProxy.Tests.Contracts.Exchanges.Simulation;

/// <summary>
/// Exchanges with random bodies both ways, over links that behave, that break, and that lie. Never a wrong octet, never a window
/// exceeded, never a hang, and every buffer is given back.
/// </summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class ExchangeSimulationTests
{
    private const int Exchanges = 6;
    private static readonly WindowOptions Windows = new() { Initial = 16 * 1024, Reserve = 2 * 1024, Maximum = 128 * 1024, Budget = 256 * 1024 };

    [Test]
    public async Task Over_a_link_that_behaves_everything_arrives([Range(1, 4)] int seed, CancellationToken cancellation)
    {
        var run = await RunAsync(LinkFaults.None, seed, cancellation);

        run.Sides.Should().OnlyContain(static side => side.IsWhole && side.EndedBy == null);
    }

    [Test]
    public async Task Over_a_link_that_breaks_and_comes_back_everything_arrives([Range(1, 10)] int seed, CancellationToken cancellation)
    {
        var run = await RunAsync(LinkFaults.Duplicating, seed, cancellation);

        run.Breaks.Should().BePositive("else this seed proves nothing");
        run.Sides.Should().OnlyContain(static side => side.IsWhole && side.EndedBy == null);
    }

    [Test]
    public async Task Over_a_link_that_lies_an_exchange_is_whole_or_ends([Range(1, 20)] int seed, CancellationToken cancellation)
    {
        var run = await RunAsync(LinkFaults.Lossy, seed, cancellation);

        run.Sides.Should().OnlyContain(static side => side.IsWhole || side.EndedBy == ExchangeFailure.BrokerGap || side.EndedBy == ExchangeFailure.ConnectorLost);
    }

    private static async Task<Run> RunAsync(LinkFaults faults, int seed, CancellationToken cancellation)
    {
        var random = new Random(seed);
        var budgets = (Left: new WindowBudget(Windows), Right: new WindowBudget(Windows));
        var toRight = new SimulatedLink(faults, random.Next());
        var toLeft = new SimulatedLink(faults, random.Next());
        var buffers = new List<PooledBuffer>();
        var left = new Dictionary<ExchangeId, SimulatedSide>();
        var right = new Dictionary<ExchangeId, SimulatedSide>();
        for (ulong i = 1; i <= Exchanges; i++)
        {
            var id = new ExchangeId(0, i);
            var (request, response) = (Body(random), Body(random));
            left[id] = new SimulatedSide(toRight.Outbox, id, request, response, budgets.Left, random.Next(), buffers);
            right[id] = new SimulatedSide(toLeft.Outbox, id, response, request, budgets.Right, random.Next(), buffers);
        }

        toRight.Receiver = Receiver(right);
        toLeft.Receiver = Receiver(left);
        SimulatedSide[] sides = [.. left.Values, .. right.Values];
        var links = Task.WhenAll(toRight.RunAsync(), toLeft.RunAsync());
        var exchanges = Task.WhenAll(sides.Select(static side => side.RunAsync()));
        for (uint beat = 1; !exchanges.IsCompleted; beat++)
        {
            // Only a heartbeat shows that the last frame of all was lost. Each waits until the one before was read.
            cancellation.ThrowIfCancellationRequested();
            HeartbeatWriter.Write(toRight.Outbox, beat, default, 0, left.Values.Where(static side => !side.IsDone).Select(static side => side.Channel));
            HeartbeatWriter.Write(toLeft.Outbox, beat, default, 0, right.Values.Where(static side => !side.IsDone).Select(static side => side.Channel));
            await Task.WhenAll(toRight.FlushAsync(), toLeft.FlushAsync()).WaitAsync(cancellation);
        }

        await exchanges;
        toRight.Finish();
        toLeft.Finish();
        await links.WaitAsync(cancellation);
        foreach (var side in sides)
        {
            side.Dispose();
        }

        sides.Select(static side => side.Broken).Should().OnlyContain(static broken => broken == null);
        budgets.Left.Leased.Should().Be(0);
        budgets.Right.Leased.Should().Be(0);
        buffers.Concat(toRight.Buffers).Concat(toLeft.Buffers).Should().OnlyContain(static buffer => Buffers.IsReleased(buffer));
        return new Run(sides, toRight.Breaks + toLeft.Breaks, toRight.Losses + toLeft.Losses);
    }

    private static Action<Frame, PooledBuffer> Receiver(Dictionary<ExchangeId, SimulatedSide> sides)
    {
        var list = new HeartbeatList();
        return (frame, owner) =>
        {
            if (frame.Header.Type != FrameType.Heartbeat)
            {
                sides[frame.Header.Exchange].OnFrame(frame, owner);
                return;
            }

            if (Heartbeat.TryRead(frame.Payload.Span, out var heartbeat) == FrameError.None && list.Add(frame.Header, heartbeat))
            {
                foreach (var side in sides.Values)
                {
                    if (list.Entries.TryGetValue((side.Channel.Exchange, side.Channel.Attempt), out var entry))
                    {
                        side.OnListed(entry);
                    }
                    else
                    {
                        side.OnMissing();
                    }
                }
            }
        };
    }

    /// <summary>Empty, small, or larger than any window.</summary>
    private static byte[] Body(Random random)
    {
        var body = new byte[random.Next(4) switch { 0 => 0, 1 => random.Next(1, 1_000), 2 => random.Next(1, 100_000), _ => random.Next(100_000, 1_500_000) }];
        random.NextBytes(body);
        return body;
    }

    private sealed record Run(IReadOnlyList<SimulatedSide> Sides, int Breaks, int Losses);
}
