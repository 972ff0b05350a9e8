using AppProxy.Benchmarks.Contenders;

namespace AppProxy.Benchmarks.Running;

/// <summary>A contender that runs, in one lane.</summary>
internal sealed record Standing(IContender Contender, Lane Lane, Entrance Entrance)
{
    public string Title => Lane == Lane.Tls ? Contender.Name + " (TLS)" : Contender.Name;
}
