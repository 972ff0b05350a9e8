namespace AppProxy.Benchmarks.Contenders;

/// <summary>Where a contender listens, and the host that a request must name if that is another.</summary>
internal sealed record Entrance(Uri Url, string? Host = null);
