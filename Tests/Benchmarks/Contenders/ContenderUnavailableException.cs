namespace AppProxy.Benchmarks.Contenders;

/// <summary>A contender cannot run on this machine, with the reason.</summary>
internal sealed class ContenderUnavailableException(string message) : Exception(message);
