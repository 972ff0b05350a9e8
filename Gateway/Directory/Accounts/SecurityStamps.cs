using System.Globalization;
using AppProxy.Gateway.Storage;
using Microsoft.EntityFrameworkCore;

namespace AppProxy.Gateway.Directory.Accounts;

/// <summary>Gives people a new security stamp: cookies and refresh tokens with another one count no more, at any gateway.</summary>
internal sealed class SecurityStamps(StoreConnection store)
{
    /// <summary>
    /// In one statement, which nobody can come between: Identity's own reads the user first, and gives up where somebody else changed it meanwhile. Whoever does so now
    /// is the one who fails.
    /// </summary>
    /// <returns>Whether there is such a user.</returns>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public Task<bool> RenewAsync(string userId, CancellationToken cancellationToken) => store.UseAsync(async context =>
    {
        var (stamp, version) = (Create(), Create());
        return await context.Set<DirectoryUser>().Where(user => user.Id == userId).ExecuteUpdateAsync(
            user => user.SetProperty(static one => one.SecurityStamp, stamp).SetProperty(static one => one.ConcurrencyStamp, version), cancellationToken) == 1;
    });

    private static string Create() => Guid.NewGuid().ToString("n", CultureInfo.InvariantCulture);
}
