namespace AppProxy.Benchmarks.Running;

/// <summary>What the command line asked for.</summary>
internal sealed record RunOptions
{
    public required int Rounds { get; init; }

    public required int Seconds { get; init; }

    /// <summary>Names of rows, or their beginnings; empty for all.</summary>
    public required IReadOnlyList<string> Rows { get; init; }

    public required IReadOnlyList<string> Contenders { get; init; }

    public required int LargeMebibytes { get; init; }

    /// <summary>Use the own generator even where wrk could do it.</summary>
    public required bool OwnGeneratorOnly { get; init; }
}
