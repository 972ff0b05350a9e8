namespace AppProxy.Gateway.Catalogue;

internal sealed partial class CatalogueStore
{
    [LoggerMessage(2100, LogLevel.Information, "{Source}: {Apps} apps in {Groups} connector groups, version {Version}")]
    private partial void LogLoaded(string source, int apps, int groups, long version);

    [LoggerMessage(2101, LogLevel.Error, "The changed catalogue is not served, the one before stays. {Problems}")]
    private partial void LogKeepingOldCatalogue(string problems);

    [LoggerMessage(2102, LogLevel.Warning, "Catalogue, {Notice}")]
    private partial void LogNotice(CatalogueFinding notice);
}
