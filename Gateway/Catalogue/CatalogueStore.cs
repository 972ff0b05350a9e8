using AppProxy.Gateway.Catalogue.Reading;
using AppProxy.Gateway.Catalogue.Sources;

namespace AppProxy.Gateway.Catalogue;

/// <summary>Holds the current snapshot; loads it at the start and again when its source changes.</summary>
/// <remarks>A bad source stops the start. A bad change is reported once and the snapshot before it stays.</remarks>
internal sealed partial class CatalogueStore : IHostedService, IDisposable
{
    private readonly ICatalogueSource _source;
    private readonly ILogger<CatalogueStore> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private bool _isLoaded;
    private string? _reported;
    private Task _watching = Task.CompletedTask;
    private volatile CatalogueSnapshot _current = CatalogueSnapshot.Empty;

    public CatalogueStore(CatalogueOptions options, TimeProvider time, ILogger<CatalogueStore> logger)
    {
        _source = options switch
        {
            { Json: { } json } => new GivenSource(json, options, time),
            { Store: { } store } => new StoreSource(store, options, time),
            _ => new FileSource(options, time),
        };
        _logger = logger;
    }

    /// <summary>Raised before the swap, with the snapshot that will be the current one: what is made of it is made here, and not while a client waits.</summary>
    public event Action<CatalogueSnapshot>? Changing;

    /// <summary>Raised after the swap, with the new snapshot; handlers must be quick and not throw.</summary>
    public event Action<CatalogueSnapshot>? Changed;

    public CatalogueSnapshot Current => _current;

    /// <summary>Loads now, unless loaded already. Lets a host fail before it has started anything, and may block for that.</summary>
    /// <exception cref="CatalogueException">Missing or wrong.</exception>
    public void Load() => LoadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _source.Watch();
        await LoadAsync(cancellationToken);
        _watching = WatchAsync(_stopping.Token);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();

        // A stop in a hurry waits for nobody, and fails no more for it than the others'.
        await _watching.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _source.Dispose();
        _stopping.Dispose();
    }

    private async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        if (!_isLoaded && await ReadAsync(cancellationToken) is { } reading)
        {
            Changing?.Invoke(reading.Snapshot!);
            _current = reading.Snapshot!;
            _isLoaded = true;
            Report(reading);
        }
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await _source.WaitForChangeAsync(stopping);
                await ReloadAsync(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    /// <summary>Reads again and swaps if what is said has changed and is right.</summary>
    private async Task ReloadAsync(CancellationToken stopping)
    {
        try
        {
            if (await ReadAsync(stopping) is { } reading)
            {
                Changing?.Invoke(reading.Snapshot!);
                _reported = null;
                _current = reading.Snapshot!;
                Report(reading);
                Changed?.Invoke(_current);
            }
        }
        catch (CatalogueException exception)
        {
            // A store that is away is asked again soon, and is away for the same reason.
            if (_reported != exception.Message)
            {
                _reported = exception.Message;
                LogKeepingOldCatalogue(exception.Message);
            }
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            // A fault of ours with one change: the next one is looked at all the same.
            if (_reported != failure.Message)
            {
                _reported = failure.Message;
                LogFailed(failure, _source.Name);
            }
        }
    }

    private async ValueTask<CatalogueReading?> ReadAsync(CancellationToken cancellationToken)
    {
        var reading = await _source.ReadAsync(_current, cancellationToken);
        return reading is { Snapshot: null } ? throw new CatalogueException(_source.Name, reading.Problems) : reading;
    }

    private void Report(CatalogueReading reading)
    {
        LogLoaded(_source.Name, _current.Apps.Length, _current.Groups.Length, _current.Version);
        foreach (var notice in reading.Notices)
        {
            LogNotice(notice);
        }
    }
}
