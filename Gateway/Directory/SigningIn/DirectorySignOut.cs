using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.SignIn.Sessions;
using AppProxy.Gateway.SignIn.SignOut;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>Ends sessions of the directory at every gateway: one by its id, all of somebody's by a new security stamp.</summary>
internal sealed class DirectorySignOut(EndedSessions ended, SecurityStamps stamps, SessionRegistry sessions) : IProviderSignOut
{
    public async Task<int> SignOutAsync(string providerSessionId, SessionSelector ours, CancellationToken cancellationToken)
    {
        var over = await ended.EndAsync(providerSessionId, ours, cancellationToken);
        sessions.End(over);
        return over.Count;
    }

    public Task SignOutEverywhereAsync(string subject, CancellationToken cancellationToken) => stamps.RenewAsync(subject, cancellationToken);
}
