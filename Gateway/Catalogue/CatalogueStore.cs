using System.Text;
using AppProxy.Gateway.Catalogue.Reading;

namespace AppProxy.Gateway.Catalogue;

/// <summary>Holds the current snapshot; loads it at the start and again when the file changes.</summary>
/// <remarks>A bad file stops the start. A bad change is reported once and the snapshot before it stays.</remarks>
internal sealed partial class CatalogueStore : IHostedService, IDisposable
{
    private readonly CatalogueOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<CatalogueStore> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private byte[]? _lastContent;
    private CatalogueFileWatcher? _watcher;
    private Task _watching = Task.CompletedTask;
    private volatile CatalogueSnapshot _current = CatalogueSnapshot.Empty;

    public CatalogueStore(CatalogueOptions options, TimeProvider time, ILogger<CatalogueStore> logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>Raised after the swap, with the new snapshot; handlers must be quick and not throw.</summary>
    public event Action<CatalogueSnapshot>? Changed;

    public CatalogueSnapshot Current => _current;

    private string Source => _options.Json is null ? Path.GetFullPath(_options.Path) : "The apps given to the gateway";

    /// <summary>Loads now, unless loaded already. Lets a host fail before it has started anything.</summary>
    /// <exception cref="CatalogueException">Missing or wrong.</exception>
    public void Load()
    {
        if (_lastContent is not null)
        {
            return;
        }

        var content = ReadContent();
        var reading = Read(content);
        if (reading.Snapshot is null)
        {
            throw new CatalogueException(Source, reading.Problems);
        }

        _lastContent = content;
        _current = reading.Snapshot;
        Report(reading);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_options.Json is null)
        {
            // The watch begins before the first read, so that no change falls in between.
            _watcher = WatchIfPossible();
            Load();
            _watching = WatchAsync(_stopping.Token);
        }
        else
        {
            Load();
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _watching.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Reads again and swaps if the content differs and is right.</summary>
    public void Reload()
    {
        CatalogueReading reading;
        try
        {
            var content = ReadContent();
            if (_lastContent.AsSpan().SequenceEqual(content))
            {
                return;
            }

            _lastContent = content;
            reading = Read(content);
            if (reading.Snapshot is null)
            {
                throw new CatalogueException(Source, reading.Problems);
            }
        }
        catch (CatalogueException exception)
        {
            LogKeepingOldCatalogue(exception.Message);
            return;
        }

        _current = reading.Snapshot;
        Report(reading);
        Changed?.Invoke(reading.Snapshot);
    }

    private CatalogueFileWatcher? WatchIfPossible()
    {
        // A missing directory is reported by the read that follows.
        var directory = Path.GetDirectoryName(Path.GetFullPath(_options.Path));
        return Directory.Exists(directory) ? new CatalogueFileWatcher(_options.Path, _options.ReloadDelay, _time) : null;
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        try
        {
            while (_watcher is not null)
            {
                await _watcher.WaitForChangeAsync(stopping);
                Reload();
            }
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }

    private byte[] ReadContent()
    {
        if (_options.Json is not null)
        {
            return Encoding.UTF8.GetBytes(_options.Json);
        }

        try
        {
            return File.ReadAllBytes(_options.Path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unreadable("does not exist: write the published apps into it, or set another path");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable("cannot be read: " + exception.Message);
        }
    }

    private CatalogueException Unreadable(string message) => new(Source, [new CatalogueFinding("the file", 0, message)]);

    private CatalogueReading Read(byte[] content)
    {
        // Beginning at the clock, the version rises over a restart as well, when connectors still hold settings of the life before.
        var version = Math.Max(_current.Version + 1, _time.GetUtcNow().ToUnixTimeMilliseconds());
        return CatalogueReader.Read(content, [.. _options.OwnHosts], _current, version);
    }

    private void Report(CatalogueReading reading)
    {
        LogLoaded(Source, _current.Apps.Length, _current.Groups.Length, _current.Version);
        foreach (var notice in reading.Notices)
        {
            LogNotice(notice);
        }
    }
}
