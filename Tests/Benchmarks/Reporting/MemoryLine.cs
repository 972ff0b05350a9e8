namespace AppProxy.Benchmarks.Reporting;

/// <summary>Resident memory of one process, in megabytes: once started, after all work, and at its highest.</summary>
internal sealed record MemoryLine(string Contender, string Process, double Before, double After, double Peak);
