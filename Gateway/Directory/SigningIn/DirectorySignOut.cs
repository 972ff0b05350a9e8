using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.SignIn.SignOut;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>Ends sessions of the directory at every gateway: one by its id, all of somebody's by a new security stamp.</summary>
internal sealed class DirectorySignOut(EndedSessions ended, SecurityStamps stamps) : IProviderSignOut
{
    public Task SignOutAsync(string providerSessionId, CancellationToken cancellationToken) => ended.AddAsync(providerSessionId, cancellationToken);

    public Task SignOutEverywhereAsync(string subject, CancellationToken cancellationToken) => stamps.RenewAsync(subject, cancellationToken);
}
