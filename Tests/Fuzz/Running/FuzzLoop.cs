using System.Buffers;
using AppProxy.Fuzz.Instrumenting;
using AppProxy.Fuzz.Mutation;
using AppProxy.Fuzz.Targets;

namespace AppProxy.Fuzz.Running;

/// <summary>
/// The coverage-guided loop: 1. run the known inputs; 2. change one of them; 3. run it; 4. keep it when it reached something new;
/// 5. report what escaped from the parser, reduced to its core; again from 2 until time is up.
/// </summary>
internal sealed class FuzzLoop(
    FuzzTarget target,
    ReadOnlySpanAction<byte, object?> instrumented,
    FlightRecorder recorder,
    TimeProvider timeProvider,
    int seed) : IDisposable
{
    /// <summary>Between two looks at the clock.</summary>
    private const int Batch = 256;

    /// <summary>Runs spent on making one finding smaller.</summary>
    private const int ReductionRuns = 4000;

    private readonly CoverageMap _coverage = new();
    private readonly FencedInput _fence = new(target.MaxLength);
    private readonly List<byte[]> _corpus = [];
    private readonly HashSet<string> _known = [];
    private readonly Random _random = new(seed);

    public int CorpusCount => _corpus.Count;

    public int Edges => _coverage.Edges;

    /// <summary>Runs for <paramref name="duration"/>.</summary>
    /// <param name="seeds">Known inputs.</param>
    /// <param name="duration">How long, from now.</param>
    /// <param name="interesting">Told of each input that reached something new.</param>
    /// <param name="found">Told of each finding, once per exception and method.</param>
    public void Run(IEnumerable<byte[]> seeds, TimeSpan duration, Action<byte[]> interesting, Action<Finding> found)
    {
        var startedAt = timeProvider.GetTimestamp();

        // 1. The empty input always stays, so that there is a parent.
        _corpus.Add([]);
        foreach (var input in seeds.Where(input => input.Length <= target.MaxLength).Prepend([]))
        {
            Take(input, isSeed: true, interesting, found);
        }

        var mutator = new Mutator(_random, target.Dictionary, target.MaxLength);
        while (timeProvider.GetElapsedTime(startedAt) < duration)
        {
            for (var i = 0; i < Batch; i++)
            {
                // 2. and 3.
                var input = mutator.Mutate(Pick(), _corpus[_random.Next(_corpus.Count)]);
                Take(input, isSeed: false, interesting, found);
            }
        }
    }

    public void Dispose()
    {
        _fence.Dispose();
        _coverage.Dispose();
    }

    // What was found last leads deeper more often than what has been tried for long.
    private byte[] Pick() => _random.Next(2) == 0 ? _corpus[_random.Next(_corpus.Count)] : _corpus[^(1 + _random.Next(Math.Min(8, _corpus.Count)))];

    private void Take(ReadOnlySpan<byte> input, bool isSeed, Action<byte[]> interesting, Action<Finding> found)
    {
        var finding = Execute(input);
        if (finding is not null)
        {
            // 5.
            if (_known.Add(finding.Key))
            {
                found(Reduce(finding));
            }
        }
        else if (_coverage.TakeNew())
        {
            // 4.
            var copy = input.ToArray();
            _corpus.Add(copy);
            if (!isSeed)
            {
                interesting(copy);
            }
        }
    }

    private Finding? Execute(ReadOnlySpan<byte> input)
    {
        recorder.Record(input);
        var placed = _fence.Place(input);
        _coverage.Reset();
        try
        {
            instrumented(placed, null);
            return null;
        }
        catch (Exception exception)
        {
            // Whatever it is: a target catches what its parser documents.
            return Finding.Of(exception, input);
        }
    }

    // Leaves out ever smaller blocks as long as the same thing still happens.
    private Finding Reduce(Finding finding)
    {
        var runs = 0;
        for (var block = Math.Max(1, finding.Input.Length / 2); ; block /= 2)
        {
            for (var at = 0; at < finding.Input.Length && runs < ReductionRuns; runs++)
            {
                var end = Math.Min(finding.Input.Length, at + block);
                byte[] shorter = [.. finding.Input.AsSpan(0, at), .. finding.Input.AsSpan(end)];
                if (Execute(shorter) is { } again && again.Key == finding.Key)
                {
                    finding = again;
                }
                else
                {
                    at += block;
                }
            }

            if (block <= 1)
            {
                return finding;
            }
        }
    }
}
