using AppProxy.Gateway.Catalogue.Reading;

namespace AppProxy.Gateway.Catalogue.Sources;

/// <summary>Where the published apps come from.</summary>
internal interface ICatalogueSource : IDisposable
{
    /// <summary>For the operator; without secrets.</summary>
    string Name { get; }

    /// <summary>Begins to listen for changes: before the first read, so that none falls in between.</summary>
    void Watch();

    /// <summary>What it says now, or null when that is what it said at the last read.</summary>
    /// <exception cref="CatalogueException">Cannot be read.</exception>
    ValueTask<CatalogueReading?> ReadAsync(CatalogueSnapshot current, CancellationToken cancellationToken);

    /// <summary>Completes when it may have changed.</summary>
    Task WaitForChangeAsync(CancellationToken cancellationToken);
}
