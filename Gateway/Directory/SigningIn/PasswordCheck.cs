using AppProxy.Gateway.Directory.Accounts;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.SigningIn;

/// <summary>Whether a password is right, in the same time whether or not there is such a user.</summary>
internal sealed class PasswordCheck(IServiceScopeFactory scopes)
{
    private static readonly DirectoryUser Nobody = new() { UserName = "nobody" };

    private readonly Lazy<string> _nobodysHash = new(() =>
    {
        using var scope = scopes.CreateScope();
        return scope.ServiceProvider.GetRequiredService<IPasswordHasher<DirectoryUser>>().HashPassword(Nobody, Guid.NewGuid().ToString());
    });

    public async Task<bool> IsRightAsync(UserManager<DirectoryUser> users, DirectoryUser? user, string password)
    {
        var nobodys = _nobodysHash.Value;
        if (password.Length is 0 or > Passwords.PasswordRules.MostLength || user?.PasswordHash is null)
        {
            users.PasswordHasher.VerifyHashedPassword(Nobody, nobodys, password.Length > Passwords.PasswordRules.MostLength ? "" : password);
            return false;
        }

        return await users.CheckPasswordAsync(user, password);
    }
}
