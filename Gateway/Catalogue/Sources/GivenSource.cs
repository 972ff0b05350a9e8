using System.Text;
using AppProxy.Gateway.Catalogue.Reading;

namespace AppProxy.Gateway.Catalogue.Sources;

/// <summary>Apps that somebody in this process gave, and that stay.</summary>
internal sealed class GivenSource(string json, CatalogueOptions options, TimeProvider time) : ICatalogueSource
{
    private bool _isRead;

    public string Name => "The apps given to the gateway";

    public void Watch()
    {
    }

    public ValueTask<CatalogueReading?> ReadAsync(CatalogueSnapshot current, CancellationToken cancellationToken)
    {
        if (_isRead)
        {
            return default;
        }

        _isRead = true;
        return ValueTask.FromResult<CatalogueReading?>(
            CatalogueReader.Read(Encoding.UTF8.GetBytes(json), [.. options.OwnHosts], current, CatalogueVersion.After(current.Version, time), options.CanSignIn));
    }

    public Task WaitForChangeAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);

    public void Dispose()
    {
    }
}
