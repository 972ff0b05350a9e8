namespace AppProxy.Tests.Gateway;

public enum StoreKind
{
    Sqlite,
    PostgreSql,
}
