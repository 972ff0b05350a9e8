namespace AppProxy.Tests.Gateway.Catalogue.Storage;

public enum StoreKind
{
    Sqlite,
    PostgreSql,
}
