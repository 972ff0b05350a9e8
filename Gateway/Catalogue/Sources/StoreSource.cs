using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Catalogue.Storage;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Catalogue.Sources;

/// <summary>The store, asked for its version again and again: one row, and everything only when that has changed.</summary>
internal sealed class StoreSource(StoreConnection connection, CatalogueOptions options, TimeProvider time) : ICatalogueSource
{
    private readonly CatalogueDatabase _database = new(connection, time);
    private bool _isUpgraded;
    private long? _lastVersion;

    public string Name => connection.Name;

    public void Watch()
    {
    }

    public async ValueTask<CatalogueReading?> ReadAsync(CatalogueSnapshot current, CancellationToken cancellationToken)
    {
        if (!_isUpgraded)
        {
            await _database.UpgradeAsync(cancellationToken);
            _isUpgraded = true;
        }

        if (_lastVersion is { } last && await _database.ReadVersionAsync(cancellationToken) == last)
        {
            return null;
        }

        var stored = await _database.ReadAsync(cancellationToken);
        _lastVersion = stored.Version;
        return CatalogueReader.Read(stored, [.. options.OwnHosts], current, options.CanSignIn);
    }

    public Task WaitForChangeAsync(CancellationToken cancellationToken) => Task.Delay(options.StoreInterval, time, cancellationToken);

    public void Dispose()
    {
    }
}
