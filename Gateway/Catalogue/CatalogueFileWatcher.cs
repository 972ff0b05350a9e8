using System.Threading.Channels;

namespace AppProxy.Gateway.Catalogue;

/// <summary>Says that the apps file may have changed, once things are quiet again.</summary>
/// <remarks>
/// Watches the whole directory, not the file: editors replace a file by renaming, and a mounted Kubernetes ConfigMap changes by a
/// symbolic link beside it. Events are hints only; who is told compares the content. Network drives and links to elsewhere send none, and
/// a machine may have no watcher left to give: so there is a hint every few seconds as well.
/// </remarks>
internal sealed class CatalogueFileWatcher : IDisposable
{
    private readonly FileSystemWatcher? _watcher;
    private readonly ITimer _looking;
    private readonly TimeProvider _time;
    private readonly TimeSpan _quietTime;
    private readonly Channel<bool> _hints = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <param name="file">The apps file.</param>
    /// <param name="quietTime">After a hint.</param>
    /// <param name="interval">Between hints without an event.</param>
    /// <param name="time">The clock.</param>
    /// <param name="hasEvents">Whether the system is asked for events at all.</param>
    public CatalogueFileWatcher(string file, TimeSpan quietTime, TimeSpan interval, TimeProvider time, bool hasEvents = true)
    {
        _time = time;
        _quietTime = quietTime;
        _looking = time.CreateTimer(static state => ((Channel<bool>)state!).Writer.TryWrite(true), _hints, interval, interval);
        _watcher = hasEvents ? Watch(file) : null;
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

    public void Dispose()
    {
        _looking.Dispose();
        _watcher?.Dispose();
    }

    private FileSystemWatcher? Watch(string file)
    {
        FileSystemWatcher watcher = new(Path.GetDirectoryName(Path.GetFullPath(file))!)
        {
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.CreationTime,
        };
        watcher.Changed += OnHint;
        watcher.Created += OnHint;
        watcher.Deleted += OnHint;
        watcher.Renamed += OnHint;
        // Lost events (its buffer overflowed) are a hint as well.
        watcher.Error += (_, _) => _hints.Writer.TryWrite(true);
        try
        {
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (IOException)
        {
            // The system has none left: a change is seen some seconds later.
            watcher.Dispose();
            return null;
        }
    }

    private void OnHint(object sender, FileSystemEventArgs change) => _hints.Writer.TryWrite(true);
}
