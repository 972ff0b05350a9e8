using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.SignIn.SignOut;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>A new security stamp: cookies of the directory with another one count no more, at any gateway.</summary>
internal sealed class DirectorySignOut(IServiceScopeFactory scopes) : ISignOutEverywhere
{
    public async Task SignOutAsync(string subject, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<DirectoryUser>>();
        if (await users.FindByIdAsync(subject) is { } user)
        {
            await users.UpdateSecurityStampAsync(user);
        }
    }
}
