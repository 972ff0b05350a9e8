using AppProxy.Gateway.Catalogue;

namespace AppProxy.Gateway.Relay.Translation;

/// <summary>Keeps the map of the catalogue at hand, which is made when it is asked for first.</summary>
internal sealed class UrlMaps
{
    private readonly Lock _gate = new();
    private volatile UrlMap? _last;

    public UrlMap Of(CatalogueSnapshot catalogue) => _last is { } last && last.Catalogue == catalogue ? last : Make(catalogue);

    private UrlMap Make(CatalogueSnapshot catalogue)
    {
        lock (_gate)
        {
            if (_last is not { } last || last.Catalogue != catalogue)
            {
                last = new UrlMap(catalogue);
                if (_last is null || _last.Catalogue.Version <= catalogue.Version)
                {
                    _last = last;
                }
            }

            return last;
        }
    }
}
