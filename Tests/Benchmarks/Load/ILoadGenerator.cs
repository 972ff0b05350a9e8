namespace AppProxy.Benchmarks.Load;

/// <summary>Carries out measurements.</summary>
internal interface ILoadGenerator
{
    /// <summary>Name in the table.</summary>
    string Name { get; }

    /// <summary>Whether it can do this kind of work.</summary>
    bool Takes(LoadOrder order);

    Task<LoadReport> RunAsync(LoadOrder order, CancellationToken cancellationToken);
}
