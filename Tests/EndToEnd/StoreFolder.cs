namespace AppProxy.Tests.EndToEnd;

/// <summary>A folder for a SQLite file, which goes when it is disposed: after who uses it.</summary>
internal sealed class StoreFolder : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = System.IO.Directory.CreateTempSubdirectory("appproxy-store");

    public string File => Path.Combine(_folder.FullName, "store.db");

    public ValueTask DisposeAsync()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
        return default;
    }
}
