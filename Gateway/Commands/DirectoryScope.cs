using AppProxy.Gateway.Directory;
using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.Storage;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace AppProxy.Gateway.Commands;

/// <summary>The directory's services, as far as a command needs them.</summary>
internal static class DirectoryScope
{
    public static ServiceProvider Create(StoreConnection store) => new ServiceCollection()
        .AddLogging()
        .AddSingleton<ISessionStorage>(new StoredSessions(store, new EphemeralDataProtectionProvider()))
        .AddDirectoryAccounts(store).Services
        .AddDirectoryClients()
        .BuildServiceProvider();
}
