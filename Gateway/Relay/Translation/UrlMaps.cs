using System.Runtime.CompilerServices;
using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>
/// Keeps the map of each catalogue for as long as that lives: exchanges that began before a change go on with the one before. It is made before
/// the catalogue is taken into use, since for many apps that takes a while.
/// </summary>
internal sealed class UrlMaps
{
    private readonly ConditionalWeakTable<CatalogueSnapshot, Lazy<UrlMap>> _maps = [];
    private int _made;

    public UrlMaps(CatalogueStore catalogue)
    {
        catalogue.Changing += next => Of(next);
        Of(catalogue.Current);
    }

    /// <summary>How many there ever were.</summary>
    public int Made => Volatile.Read(ref _made);

    public UrlMap Of(CatalogueSnapshot catalogue) => _maps.TryGetValue(catalogue, out var map) ? map.Value : Add(catalogue);

    private UrlMap Add(CatalogueSnapshot catalogue) => _maps.GetValue(catalogue, snapshot => new Lazy<UrlMap>(() =>
    {
        Interlocked.Increment(ref _made);
        return new UrlMap(snapshot);
    })).Value;
}
