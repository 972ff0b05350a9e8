using AppProxy.Gateway.Catalogue.Reading;

namespace AppProxy.Gateway.Catalogue.Sources;

/// <summary>An apps file, watched.</summary>
internal sealed class FileSource(CatalogueOptions options, TimeProvider time) : ICatalogueSource
{
    private readonly string _path = Path.GetFullPath(options.Path);
    private byte[]? _lastContent;
    private CatalogueFileWatcher? _watcher;

    public string Name => _path;

    public void Watch()
    {
        // A missing directory is reported by the read that follows.
        if (System.IO.Directory.Exists(Path.GetDirectoryName(_path)))
        {
            _watcher = new CatalogueFileWatcher(_path, options.ReloadDelay, time);
        }
    }

    public ValueTask<CatalogueReading?> ReadAsync(CatalogueSnapshot current, CancellationToken cancellationToken)
    {
        var content = CatalogueFile.Read(_path);
        if (_lastContent is not null && _lastContent.AsSpan().SequenceEqual(content))
        {
            return default;
        }

        _lastContent = content;
        return ValueTask.FromResult<CatalogueReading?>(CatalogueReader.Read(content, [.. options.OwnHosts], current, CatalogueVersion.After(current.Version, time), options.CanSignIn, Path.GetDirectoryName(_path)));
    }

    public Task WaitForChangeAsync(CancellationToken cancellationToken)
        => _watcher?.WaitForChangeAsync(cancellationToken) ?? Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);

    public void Dispose() => _watcher?.Dispose();
}
