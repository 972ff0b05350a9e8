using System.Diagnostics.CodeAnalysis;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.Identity;

namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>What the directory knows of somebody: changed, and thrown away.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class UserRecords(UserManager<DirectoryUser> users, DirectoryAdministration directory)
{
    public Task<DirectoryUser> GetAsync(string name) => directory.GetAsync(name);

    /// <summary>Null leaves what is there. The gateway learns it at their next sign-in, which is at once, and unseen.</summary>
    /// <exception cref="DirectoryException">It cannot be so.</exception>
    public async Task ChangeAsync(DirectoryUser user, string? userName, string? displayName, string? email, CancellationToken cancellationToken)
    {
        foreach (var (what, value) in (ReadOnlySpan<(string, string?)>)[("user name", userName), ("name", displayName), ("address", email)])
        {
            if (value?.Length > StoreContext.NameLength)
            {
                throw new DirectoryException($"A {what} has {StoreContext.NameLength} characters at most");
            }
        }

        user.UserName = userName ?? user.UserName;
        user.DisplayName = displayName ?? user.DisplayName;
        user.Email = email is null ? user.Email : email.Length > 0 ? email : null;
        await directory.SaveAndSignOutAsync(user, users.UpdateAsync, cancellationToken);
    }

    public async Task RemoveAsync(DirectoryUser user, CancellationToken cancellationToken)
    {
        // Out first: what fails after that leaves somebody who is disabled, and can be removed again.
        await directory.SetDisabledAsync(user, isDisabled: true, cancellationToken);
        // Memberships, codes, passkeys and links go along.
        DirectoryAdministration.Check(await users.DeleteAsync(user));
    }
}
