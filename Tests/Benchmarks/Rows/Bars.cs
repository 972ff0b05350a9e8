namespace AppProxy.Benchmarks.Rows;

/// <summary>What the relay promises of a row, each as a ratio to YARP's figure in the same run. Null: no promise.</summary>
/// <remarks>Besides these it must be ahead of OpenSSH -R in every row.</remarks>
internal sealed record Bars
{
    public double? LowestRate { get; init; }

    public double? HighestP50 { get; init; }

    public double? HighestP99 { get; init; }

    /// <summary>RelayServer's rate as a ratio to YARP's, both from one measurement (see <see cref="RelayServerFigures"/>).</summary>
    public double? RelayServerRate { get; init; }
}
