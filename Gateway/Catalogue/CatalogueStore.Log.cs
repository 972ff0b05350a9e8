namespace AppProxy.Gateway.Catalogue;

internal sealed partial class CatalogueStore
{
    [LoggerMessage(4001, LogLevel.Information, "{Source}: {Apps} apps in {Groups} connector groups, version {Version}")]
    private partial void LogLoaded(string source, int apps, int groups, long version);

    [LoggerMessage(4002, LogLevel.Error, "The changed catalogue is not served, the one before stays. {Problems}")]
    private partial void LogKeepingOldCatalogue(string problems);

    [LoggerMessage(4003, LogLevel.Warning, "Catalogue, {Notice}")]
    private partial void LogNotice(CatalogueFinding notice);

    [LoggerMessage(4004, LogLevel.Error, "{Source}: a change could not be taken over, the catalogue before stays")]
    private partial void LogFailed(Exception failure, string source);
}
