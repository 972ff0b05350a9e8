using AppProxy.Gateway.Directory.Accounts;
using AppProxy.Gateway.Directory.Provider;
using AppProxy.Gateway.SignIn;
using AppProxy.Gateway.SignIn.Storage;
using AppProxy.Gateway.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace AppProxy.Gateway.Commands;

/// <summary>What the store knows of somebody whom an operator names: as the provider said at the last sign-in, or else as the directory has them.</summary>
/// <param name="User">Who.</param>
/// <param name="AuthenticatedAt">When they last signed in; null if they have no session.</param>
internal sealed record KnownPerson(SignedInUser User, DateTimeOffset? AuthenticatedAt)
{
    /// <returns>Null where the store has nobody of that name.</returns>
    public static async Task<KnownPerson?> FindAsync(StoreConnection store, string name, CancellationToken cancellationToken)
    {
        await StoreSchema.UpgradeAsync(store, cancellationToken);
        var sessions = await new StoredSessions(store, new EphemeralDataProtectionProvider()).FindOfAsync(name, TimeProvider.System.GetUtcNow(), cancellationToken);
        if (sessions is [var last, ..])
        {
            return new KnownPerson(last.User, last.AuthenticatedAt);
        }

        await using var services = DirectoryScope.Create(store);
        await using var scope = services.CreateAsyncScope();
        var everybody = await scope.ServiceProvider.GetRequiredService<DirectoryAdministration>().ListAsync(cancellationToken);
        return everybody.Select(static one => DescribeOf(one.User, one.Groups)).FirstOrDefault(user => user.IsCalled(name)) is { } found ? new KnownPerson(found, null) : null;
    }

    private static SignedInUser DescribeOf(DirectoryUser user, IReadOnlyList<string> groups) => new()
    {
        Id = user.Id,
        Subject = user.Id,
        UserPrincipalName = user.UserName!,
        DisplayName = user.Name,
        Groups = [.. groups],
        Roles = user.IsOwner ? [DirectoryClaims.OwnerRole] : [],
    };
}
