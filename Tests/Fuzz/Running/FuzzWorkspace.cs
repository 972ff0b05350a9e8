namespace AppProxy.Fuzz.Running;

/// <summary>Where a run keeps its things.</summary>
/// <param name="Work">Temporary folder of this run.</param>
/// <param name="Seeds">Committed seed inputs, a folder per target.</param>
/// <param name="Findings">Committed findings, a folder per target.</param>
internal sealed record FuzzWorkspace(string Work, string Seeds, string Findings)
{
    public string Instrumented => Path.Combine(Work, "instrumented");

    public string FlightRecorder => Path.Combine(Work, "flight-recorder");

    public InputFolder Corpus(string target) => new(Path.Combine(Seeds, target));

    public InputFolder Crashes(string target) => new(Path.Combine(Findings, target));

    /// <summary>What this run discovered, so that a worker that follows a dead one goes on from there.</summary>
    public InputFolder Discovered(string target) => new(Path.Combine(Work, "discovered", target));
}
