using System.Collections.Immutable;
using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Processes;

namespace AppProxy.Gateway.Catalogue.Sources;

/// <summary>An apps file and the pictures beside it, watched.</summary>
internal sealed class FileSource(CatalogueOptions options, TimeProvider time) : ICatalogueSource
{
    private readonly string _path = Path.GetFullPath(options.Path);
    private byte[]? _lastContent;
    private ImmutableDictionary<string, string> _lastIcons = ImmutableDictionary<string, string>.Empty;
    private CatalogueFileWatcher? _watcher;

    public string Name => _path;

    public void Watch()
    {
        // A missing directory is reported by the read that follows.
        if (System.IO.Directory.Exists(Path.GetDirectoryName(_path)))
        {
            _watcher = new CatalogueFileWatcher(_path, options.ReloadDelay, options.FileInterval, time, options.HasFileEvents);
        }
    }

    public ValueTask<CatalogueReading?> ReadAsync(CatalogueSnapshot current, CancellationToken cancellationToken)
    {
        var content = CatalogueFile.Read(_path);
        if (_lastContent is not null && _lastContent.AsSpan().SequenceEqual(content) && _lastIcons.All(static icon => FileState.Of(icon.Key) == icon.Value))
        {
            return default;
        }

        _lastContent = content;
        var reading = CatalogueReader.Read(content, [.. options.OwnHosts], current, CatalogueVersion.After(current.Version, time), options.CanSignIn, Path.GetDirectoryName(_path));
        _lastIcons = reading.Icons;
        return ValueTask.FromResult<CatalogueReading?>(reading);
    }

    public Task WaitForChangeAsync(CancellationToken cancellationToken)
        => _watcher?.WaitForChangeAsync(cancellationToken) ?? Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);

    public void Dispose() => _watcher?.Dispose();
}
