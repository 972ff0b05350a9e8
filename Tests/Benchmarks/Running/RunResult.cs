using AppProxy.Benchmarks.Contenders;
using AppProxy.Benchmarks.Reporting;
using AppProxy.Benchmarks.Rows;

namespace AppProxy.Benchmarks.Running;

/// <summary>Everything that a run found out.</summary>
internal sealed record RunResult(
    RunOptions Options,
    DateTimeOffset StartedAt,
    double Noise,
    IReadOnlyList<string> Notes,
    IReadOnlyList<RowResult> Rows,
    IReadOnlyList<MemoryLine> Memory);

/// <summary>One row, its contenders in order of appearance.</summary>
internal sealed record RowResult(Row Row, string Generator, IReadOnlyList<(string Contender, Summary Summary)> Summaries)
{
    public Summary? Of(string contender) => Summaries.FirstOrDefault(entry => entry.Contender == contender).Summary;

    public IEnumerable<Verdict> Verdicts => Of(ContenderNames.Relay) is { } relay
        ? Verdict.Of(Row, relay, Of(ContenderNames.RelayOfMany), Of(ContenderNames.Yarp), Of(ContenderNames.Ssh))
        : [];
}
