using System.Threading.Channels;

namespace AppProxy.Gateway.Catalogue;

/// <summary>Says that the apps file may have changed, once things are quiet again.</summary>
/// <remarks>
/// Watches the whole directory, not the file: editors replace a file by renaming, and a mounted Kubernetes ConfigMap changes by a
/// symbolic link beside it. Events are hints only; who is told compares the content.
/// </remarks>
internal sealed class CatalogueFileWatcher : IDisposable
{
    private readonly FileSystemWatcher _watcher;
    private readonly TimeProvider _time;
    private readonly TimeSpan _quietTime;
    private readonly Channel<bool> _hints = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public CatalogueFileWatcher(string file, TimeSpan quietTime, TimeProvider time)
    {
        _time = time;
        _quietTime = quietTime;
        _watcher = new FileSystemWatcher(Path.GetDirectoryName(Path.GetFullPath(file))!)
        {
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.CreationTime,
        };
        _watcher.Changed += OnHint;
        _watcher.Created += OnHint;
        _watcher.Deleted += OnHint;
        _watcher.Renamed += OnHint;
        // Lost events (its buffer overflowed) are a hint as well.
        _watcher.Error += (_, _) => _hints.Writer.TryWrite(true);
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Completes after a hint and a quiet time without another one.</summary>
    public async Task WaitForChangeAsync(CancellationToken cancellationToken)
    {
        await _hints.Reader.ReadAsync(cancellationToken);
        do
        {
            await Task.Delay(_quietTime, _time, cancellationToken);
        }
        while (_hints.Reader.TryRead(out _));
    }

    public void Dispose() => _watcher.Dispose();

    private void OnHint(object sender, FileSystemEventArgs change) => _hints.Writer.TryWrite(true);
}
