using NUnit.Framework;

namespace AppProxy.Tests.Gateway;

/// <summary>Stores for the tests of the gateway: each test gets an empty one, and what they are on is started once.</summary>
[SetUpFixture]
internal sealed class StoreServers
{
    private static readonly SemaphoreSlim Gate = new(1);
    private static DirectoryInfo? _folder;
    private static PostgreSqlServer? _server;
    private static int _number;

    /// <summary>A connection string of a store that does not exist yet.</summary>
    public static async Task<string> CreateAsync(StoreKind kind, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _number);
        if (kind == StoreKind.Sqlite)
        {
            return Path.Combine(_folder!.FullName, $"store{number}.db");
        }

        await Gate.WaitAsync(cancellationToken);
        try
        {
            _server ??= await PostgreSqlServer.StartAsync(cancellationToken);
            return _server.ConnectionString($"store{number}");
        }
        finally
        {
            Gate.Release();
        }
    }

    [OneTimeSetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("appproxy-stores");

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder?.Delete(recursive: true);
    }
}
