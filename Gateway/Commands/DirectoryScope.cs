using AppProxy.Gateway.Directory;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Storage;

namespace AppProxy.Gateway.Commands;

/// <summary>The directory's services, as far as a command needs them.</summary>
internal static class DirectoryScope
{
    public static ServiceProvider Create(StoreConnection store) => new ServiceCollection()
        .AddLogging()
        .AddDirectoryAccounts(store).Services
        .AddDirectoryClients()
        .BuildServiceProvider();
}
